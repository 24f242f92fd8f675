import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct ImageSizeLimitTests: ~Copyable {
  let folder: TemporaryFolder
  let photos: String
  let run: String

  init() throws {
    folder = try TemporaryFolder()
    photos = folder.path + "/photos"
    run = folder.path + "/run"
  }

  /// Makes two images to train and two to test on, one of 1.5 million pixels among each.
  private func makePhotos() throws {
    for split in ["train", "test"] {
      for (name, width) in [("cat/small", 10), ("ape/large", 1_500)] {
        let path = "\(photos)/\(split)/\(name).png"
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let image = RGBImage(
          width: width, height: 1_000, pixels: (0..<3_000 * width).map { UInt8(($0 / 3) & 255) })
        try AtomicFile.write(image.encodedAsPNG(), to: path)
      }
    }
  }

  private func pretrain(_ options: String...) -> Captured {
    Captured.run(
      ["pretrain", photos, "-b", "2", "--image-size", "16", "--save-model-dir", run] + options)
  }

  @Test func `an image above the limit is refused with the option that reads it`() throws {
    try makePhotos()
    let refused = pretrain("--epochs", "1", "--max-image-megapixels", "1")
    #expect(refused.code == .input)
    #expect(
      refused.error
        == "relic: \(photos)/train/ape/large.png: has 1500x1000 pixels, more than 1000000; read it by "
        + "--max-image-megapixels 2, or pass over such by --broken-images skip\n")
    let views = Captured.run(
      "views", "--dataset-name", "folder", "--dataset-path", photos, "--max-image-megapixels", "1",
      "--output", folder.path + "/v.png")
    #expect(views.code == .input)
    #expect(views.error.contains("read it by --max-image-megapixels 2"), "\(views.error)")
  }

  @Test func `a run keeps its limit, and a resumed one may be given another`() throws {
    try makePhotos()
    #expect(pretrain("--epochs", "1", "--max-image-megapixels", "1").code == .input)
    let config = run + "/config.json"
    #expect(try String(contentsOfFile: config, encoding: .utf8).contains("_megapixels\": 1"))
    #expect(pretrain("--epochs", "1", "--overwrite", "--log-every-n-steps", "1").code == .success)
    #expect(try !String(contentsOfFile: config, encoding: .utf8).contains("megapixels"))

    let resumed = Captured.run("pretrain", "--resume", run, "--max-image-megapixels", "1")
    #expect(resumed.code == .success, "\(resumed.error)")
    #expect(try RunFolder(path: run).options().maxMegapixels == 1)
    let extracted = Captured.run("extract", run)
    #expect(extracted.code == .input)
    #expect(extracted.error.contains("/large.png: has 1500x1000 pixels, more than 1000000"))
    #expect(Captured.run("extract", run, "--max-image-megapixels", "2").code == .success)
    let origin = try FeatureFolder(contentsOf: run + "/features").origin
    #expect(origin?.maxImageMegapixels == 2)

    let probe = folder.path + "/probe"
    #expect(Captured.run("probe", run + "/features", "--save", probe).code == .success)
    let predicted = Captured.run("predict", probe, photos, "--encoder", run)
    #expect(predicted.code == .input)
    #expect(predicted.error.contains("read it by --max-image-megapixels 2"), "\(predicted.error)")
    let arguments = ["predict", probe, photos, "--encoder", run, "--max-image-megapixels", "2"]
    #expect(Captured.run(arguments).code == .success)
  }

  @Test func `an image that is passed over is told with the option that reads it`() throws {
    try makePhotos()
    let output = folder.path + "/features"
    let captured = Captured.run(
      "extract", "--raw-pixels", "--dataset-name", "folder", "--dataset-path", photos, "--output",
      output, "--max-image-megapixels", "1", "--broken-images", "skip", "--image-size", "8")
    #expect(captured.code == .success, "\(captured.error)")
    for split in ["train", "test"] {
      #expect(
        captured.error.contains(
          "warning: \(photos)/\(split)/ape/large.png: has 1500x1000 pixels, more than 1000000; passed "
            + "over, but read with --max-image-megapixels 2\n"), "\(captured.error)")
    }
    #expect(try FeatureFolder(contentsOf: output).origin?.trainCount == 1)
  }

  @Test func `no option is named that would not do`() {
    #expect(ImageSizeLimit.argument(width: 65_535, height: 65_535) != nil)
    #expect(ImageSizeLimit.argument(width: 1 << 31, height: 1 << 31) == nil)
    let huge = DatasetError.imageTooLarge(
      path: "a.png", width: .max, height: .max, limit: 178_956_970)
    #expect(Remedies.message(for: huge).hasSuffix("more than 178956970; remove the file"))
  }
}
