import Foundation
import LinearProbe
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct MachineOutputTests {
  private static func object(_ captured: Captured) throws -> [String: Any] {
    #expect(captured.code == .success && captured.error == "", "\(captured.error)")
    return try #require(
      JSONSerialization.jsonObject(with: Data(captured.output.utf8)) as? [String: Any])
  }

  @Test func `commands that print results print them as JSON, and nothing else`() throws {
    let photos = try PhotoFolder()
    for split in ["train", "test"] {
      for name in ["ape/1", "ape/2", "cat/1", "cat/2"] { try photos.add("\(split)/\(name).png") }
    }
    let training = photos.pretrain(["-b", "2", "--quiet"])
    #expect(training == Captured())
    let evaluated = Captured.run("evaluate", photos.run, "--json", "-q")
    #expect(evaluated.error.split(separator: "\n").allSatisfy { $0.hasPrefix("warning: ") })
    let scores = try #require(
      JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [[String: Any]])
    #expect(scores.count == 1 && scores[0]["protocol"] as? String == "logistic")
    #expect(Captured.run("extract", photos.run, "--quiet") == Captured())
    let probe = photos.path("probe")
    #expect(
      Captured.run("probe", photos.run + "/features", "--save", probe, "-q").code == .success)
    let predicted = try Self.object(Captured.run("predict", probe, photos.photos, "--json", "-q"))
    #expect(predicted["classes"] as? [String] == ["ape", "cat"])
    let samples = try #require(predicted["samples"] as? [[String: Any]])
    #expect(samples.count == 4 && samples[2]["file"] as? String == "cat/1.png")
    #expect((samples[0]["probabilities"] as? [Double])?.reduce(0, +) ?? 0 > 0.999)
    let info = Captured.run("info", photos.run, "--json")
    let runs = try #require(
      JSONSerialization.jsonObject(with: Data(info.output.utf8)) as? [[String: Any]])
    #expect(runs[0]["step"] as? Int == 2 && runs[0]["steps_per_epoch"] as? Int == 2)
    #expect(runs[0]["dataset_name"] as? String == "folder" && runs[0]["images"] as? Int == 4)
    let files = try #require(runs[0]["files"] as? [String: Int])
    #expect(files["encoder.safetensors"] ?? 0 > 1_000_000 && files["features"] == nil)
    let listed = try #require(runs[0]["scores"] as? [[String: Any]])
    #expect(listed[0]["protocol"] as? String == "logistic" && listed[0]["test_count"] as? Int == 4)
  }

  @Test func `the machine is an object`() throws {
    let captured = Captured.run("info", "--json")
    let machine = try #require(
      JSONSerialization.jsonObject(with: Data(captured.output.utf8)) as? [String: Any])
    #expect(machine["version"] as? String == Program.version)
    #expect(machine["workers"] as? Int ?? 0 > 0 && machine["blas_core"] != nil)
    #expect(machine["uses_bfloat16"] as? Bool == Precision.hasFastBFloat16)
  }

  @Test func `the table of a probe can be CSV or Markdown`() throws {
    let folder = try TemporaryFolder()
    try ProbeCommandTests.write(to: folder.path)
    let csv = Captured.run("probe", folder.path, "--format", "csv")
    let lines = csv.output.split(separator: "\n")
    #expect(
      lines[0] == "Evaluation model,top-1 %,train top-1 %,log-loss,C,iterations,end,seconds")
    #expect(lines.count == 2 && lines[1].hasPrefix("LogisticRegression,100.00,100.00,"))
    let markdown = Captured.run("probe", folder.path, "--format", "markdown")
    #expect(markdown.output.contains("\n| Evaluation model "))
    let json = Captured.run("probe", folder.path, "--format", "json", "--protocol", "knn")
    #expect(json.error == "" && json.output.hasPrefix("{"))
  }
}
