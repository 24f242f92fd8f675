import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct CurveTests {
  @Test func `few numbers stay as they are`() {
    let numbers = (0..<300).map { MetricsFile.Point(step: 3 * $0, value: Double($0)) }
    let curve = Curve(numbers)
    #expect(curve.points.map(\.step) == numbers.map { Double($0.step) })
    #expect(curve.points.allSatisfy { $0.mean == $0.low && $0.mean == $0.high })
  }

  @Test func `many numbers are thinned to means with their extremes`() throws {
    let numbers = (1...10_000).map {
      MetricsFile.Point(step: $0, value: Double($0) + ($0 % 2 == 0 ? 100 : -100))
    }
    let curve = Curve(numbers, limit: 200)
    #expect(curve.points.count == 200)
    for point in curve.points {
      // The mean of whole pairs is that of the steps; of one number more it is off by 100 / n.
      #expect(abs(point.mean - point.step) < 100 / 20)
      #expect(point.low < point.mean && point.mean < point.high)
    }
    #expect(curve.points.map(\.step) == curve.points.map(\.step).sorted())
    let last = try #require(curve.points.last)
    #expect(last.high == 10_100)
  }

  @Test func `a number that is not finite makes a gap`() {
    let numbers = [1, 2, .nan, 4].enumerated().map {
      MetricsFile.Point(step: $0, value: $1)
    }
    let line = LineChart.Line(name: "a", color: 0, curve: Curve(numbers))
    let chart = LineChart(id: "c", title: "t", note: "n", lines: [line])
    let markup = chart.figure?.markup ?? ""
    #expect(markup.contains("class=\"curve k0\""))
    let path = markup.split(separator: "class=\"curve k0\" d=\"").last?.prefix { $0 != "\"" } ?? ""
    #expect(path.count { $0 == "M" } == 2)
    #expect(chart.data?.lines.first?.y == [1, 2, nil, 4])
    let bare = LineChart(id: "c", title: "t", note: "n", lines: [])
    #expect(bare.figure == nil)
  }

  @Test(arguments: [
    (0.0, 100.0, ["0", "20", "40", "60", "80", "100"]), (0.99, 1.0, ["0.990", "0.992"]),
    (0.0, 19_500.0, ["0", "5k", "10k", "15k"]), (3.45, 5.6, ["3.5", "4.0", "4.5", "5.0", "5.5"]),
    (0.0, 3.15e-4, ["0", "1e-4", "2e-4", "3e-4"]), (0.0, 1.0, ["0", "0.2", "0.4", "0.6"]),
    (0.0, 0.9, ["0", "0.2"]), (0.0, 0.00105, ["0", "2.5e-4", "5e-4", "7.5e-4", "1e-3"]),
  ])
  func `ticks are round numbers`(_ low: Double, _ high: Double, _ labels: [String]) {
    let ticks = AxisTicks(low...high, count: 5)
    #expect(ticks.labels.starts(with: labels), "\(ticks.labels)")
    #expect(ticks.values.allSatisfy { $0 >= low - 1e-9 && $0 <= high + 1e-9 })
    #expect(Set(ticks.labels).count == ticks.labels.count)
  }

  @Test(arguments: [
    (0.0, Double.leastNonzeroMagnitude),
    (Double.leastNonzeroMagnitude, Double.leastNormalMagnitude),
    (1e17, 1e17.nextUp), (3.0, 3.0), (-1e308, Double.infinity),
  ])
  func `a range that holds no round numbers has one tick`(_ low: Double, _ high: Double) {
    let ticks = AxisTicks(low...high, count: 5)
    #expect(ticks.values == [low])
    #expect(ticks.labels.count == 1)
    #expect(ticks.labels.first?.contains("n") == false, "\(ticks.labels)")
  }

  @Test func `steps that no run can take are left out`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let limit = 1 << 40
    let steps = [-1, 1, limit - 1, limit, 100_000_000_000_000_000, Int.max]
    let lines = steps.map { #"{"loss":1,"seconds":-1e300,"step":\#($0)}"# + "\n" }
    try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
    let metrics = try MetricsFile(path: path)
    #expect(metrics.lastStep == limit - 1)
    #expect(metrics.unreadableLines == 4)
    let loss = try #require(metrics.series[.loss])
    #expect(Curve(loss, limit: 1).points.count == 1)
    #expect(Curve(loss + loss, limit: 3).points.count == 2)
  }

  @Test func `metrics of earlier versions and of runs that diverged are read`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let lines = [
      #"{"step":1,"loss":5.5,"temperature":1.25,"epoch":1,"seconds":2,"unknown":"x"}"#,
      #"{"step":2,"loss":"NaN","logit_scale":1.5,"seconds":4,"processor_seconds":7,"top1":0.5}"#,
      "no line", #"{"step":2,"eval_top1":0.25,"eval_knn_top1":0.125,"eval_seconds":1.5}"#,
      #"{"step":3,"loss":5."#,
    ]
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let metrics = try MetricsFile(path: path)
    #expect(metrics.lastStep == 2)
    #expect(metrics.cost == RunCost(seconds: 4, processorSeconds: 7))
    #expect(metrics.evaluationSeconds == 1.5)
    #expect(metrics.unreadableLines == 1)
    #expect(
      metrics.series[.logitScale] == [.init(step: 1, value: 1.25), .init(step: 2, value: 1.5)])
    #expect(metrics.series[.loss]?.last?.value.isNaN == true)
    #expect(metrics.series[.evaluationTop1] == [.init(step: 2, value: 0.25)])
    #expect(try MetricsFile(path: path + ".not").lastStep == 0)
  }

  @Test func `of a long run every score is read and of its steps some`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let lines = (1...60_000).map { step in
      #"{"step":\#(step),"loss":1"# + (step % 1000 == 7 ? #","top1":0.5}"# : "}")
    }
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let metrics = try MetricsFile(path: path)
    #expect(metrics.series[.top1]?.count == 60)
    #expect(metrics.lastStep == 60_000)
    #expect((20_000...20_100).contains(metrics.series[.loss]?.count ?? 0))
  }
}
