import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct DecodingTests: ~Copyable {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func photos() throws -> (photos: String, run: String, path: String) {
    let path = folder.path
    for split in ["train", "test"] {
      for name in ["ape", "bee"] {
        let place = "\(path)/photos/\(split)/\(name)"
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true)
        for copy in 0..<3 {
          try FileManager.default.copyItem(
            atPath: Fixtures.path("images/large\(copy == 0 ? "_turned" : "").jpg"),
            toPath: "\(place)/\(copy).jpg")
        }
      }
    }
    return (path + "/photos", path + "/run", path)
  }

  private func pretrain(_ photos: String, _ run: String, _ options: String...) -> Captured {
    Captured.run(
      [
        "pretrain", photos, "-b", "2", "--image-size", "16", "--epochs", "1",
        "--save-model-dir", run,
      ] + options)
  }

  @Test func `a run keeps how its photos are decoded, for features, too`() throws {
    let (photos, run, path) = try photos()
    #expect(pretrain(photos, run, "--decode", "reduced").code == .success)
    let config = try String(contentsOfFile: run + "/config.json", encoding: .utf8)
    #expect(config.contains("\"decode\": \"reduced\""))
    let changed = Captured.run("pretrain", "--resume", run, "--decode", "full", "--epochs", "2")
    #expect(changed.code == .usage)
    #expect(changed.error.contains("'--decode' is reduced"), "\(changed.error)")
    #expect(Captured.run("extract", run).code == .success)
    let description = try String(
      contentsOfFile: run + "/features/features.json", encoding: .utf8)
    #expect(description.contains("reduced"), "\(description)")
    let full = path + "/full"
    #expect(Captured.run("extract", run, "--decode", "full", "--output", full).code == .success)
    #expect(
      try !String(contentsOfFile: full + "/features.json", encoding: .utf8).contains("decode"))
    let (a, b) = (
      FileManager.default.contents(atPath: run + "/features/test_features.npy"),
      FileManager.default.contents(atPath: full + "/test_features.npy")
    )
    #expect(a != nil && a != b)
  }

  @Test func `a cache changes nothing but the time`() throws {
    let (photos, run, path) = try photos()
    #expect(pretrain(photos, run).code == .success)
    let cached = path + "/cached"
    for _ in 0..<2 {
      #expect(
        pretrain(photos, cached, "--cache", path + "/cache", "--overwrite")
          .error.contains("cache") == false)
      let (a, b) = (
        FileManager.default.contents(atPath: run + "/encoder.safetensors"),
        FileManager.default.contents(atPath: cached + "/encoder.safetensors")
      )
      #expect(a != nil && a == b)
    }
    #expect(try !FileManager.default.contentsOfDirectory(atPath: path + "/cache").isEmpty)
    let evaluated = Captured.run("evaluate", run, cached, "--cache", path + "/cache")
    #expect(evaluated.code == .success && !evaluated.error.contains("another process"))
  }

  @Test func `a folder that is no cache is refused before anything is trained`() throws {
    let (photos, run, _) = try photos()
    let refused = pretrain(photos, run, "--cache", photos)
    #expect(refused.code == .output)
    #expect(refused.error.contains("it holds 'test', so it is no cache of images"))
    #expect(!FileManager.default.fileExists(atPath: run))
  }
}
