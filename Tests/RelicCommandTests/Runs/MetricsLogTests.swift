import Foundation
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct MetricsLogTests {
  struct Entry: Encodable {
    let step: Int
    let learningRate: Double
  }

  @Test func `lines after the step to go on from are dropped, and no number ends the log`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let log = try MetricsLog(path: path, keepingThrough: 0)
    for step in 1...3 { try log.append(Entry(step: step, learningRate: 0.5)) }
    let resumed = try MetricsLog(path: path, keepingThrough: 2)
    try resumed.append(Entry(step: 3, learningRate: .infinity))
    let expected = [
      #"{"learning_rate":0.5,"step":1}"#, #"{"learning_rate":0.5,"step":2}"#,
      #"{"learning_rate":"Infinity","step":3}"#,
    ]
    #expect(try folder.text("metrics.jsonl") == expected.map { $0 + "\n" }.joined())
  }

  @Test func `what a run took goes on from the last process's end, steps taken again included`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let lines = """
      {"processor_seconds":7.5,"seconds":4,"step":1}
      {"processor_seconds":15,"seconds":8.5,"step":2}
      {"eval_seconds":1,"step":2}
      {"processor_seconds":
      {"step":3}

      """
    try lines.write(toFile: path, atomically: true, encoding: .utf8)
    let cost = try MetricsLog(path: path, keepingThrough: 1).earlierCost
    #expect(cost == RunCost(seconds: 8.5, processorSeconds: 15))
    let clock = RunClock(after: cost)
    let before = clock.cost
    while clock.cost.processorSeconds - before.processorSeconds < 0.01 {}
    #expect(before.seconds >= 8.5 && before.processorSeconds >= 15)
    #expect(clock.cost.seconds > before.seconds)
  }

  @Test func `a line that cannot be read stays with its bytes, and no other goes with it`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/metrics.jsonl"
    let first = Data(#"{"step":1}"#.utf8) + [0x0a]
    let damaged = Data(#"{"step":2,"x":""#.utf8) + [0xff, 0x0a]
    let cut = Data(#"{"step":"#.utf8)
    try (first + damaged + Data(#"{"step":9}"#.utf8) + [0x0a] + cut).write(
      to: URL(filePath: path))
    _ = try MetricsLog(path: path, keepingThrough: 2)
    #expect(try folder.bytes("metrics.jsonl") == first + damaged + cut + [0x0a])
  }

  @Test func `a log that cannot be read is not replaced`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.notAFile(path: folder.path)) {
      try MetricsLog(path: folder.path, keepingThrough: 2)
    }
  }
}
