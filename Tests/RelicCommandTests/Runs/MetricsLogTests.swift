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
}
