import Foundation
import TestSupport
import Testing

@testable import LinearProbe
@testable import RelicNN
@testable import relic

@Suite struct ReportThumbnailsTests {
  /// Classes whose names are markup, as folders may be called.
  static let classNames = ["\"'&", "<b onload=\"x\">", "a class"]

  @Test func `a page of labelled images has every section, and scores the run`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", classes: Self.classNames, train: 12, test: 8)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    let captured = Captured.run("report", folder.path + "/run", "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    #expect(captured.error == "")
    let text = try folder.text("r.html")
    let page = try ParsedPage(text)
    let ids = page.attributes["id"] ?? []
    for id in [
      "accuracy", "curves", "confusion", "classes", "map", "map-neighbors", "map-components",
      "neighbors", "mistakes", "views", "configuration", "cost", "commands",
    ] { #expect(ids.contains(id), "\(id) is missing") }
    for name in Self.classNames { #expect(page.text.contains(name), "\(name) is missing") }
    #expect(!page.elements.contains("b") || !text.contains("<b onload"))
    // Rows of six and six beside eight neighbours at most, mistakes, and six images of nine.
    let thumbnails = page.attributes["class"]?.filter { $0 == "thumbnail large" }.count ?? 0
    #expect(thumbnails > 6 * 9 + 6 * 9)
    #expect(Set(page.attributes["class"] ?? []).contains("other"))
    // A mark of each class on each map, and in the legend.
    #expect(page.attributes["data-class"]?.count == 4 * 3)
    let scores = try ReportedScore.all(inFileAt: folder.path + "/run/evaluation.json")
    #expect(scores.count == 1)
    #expect(scores.first?.classNames == Self.classNames)
    #expect(scores.first?.testCount == 24)
  }

  @Test func `sheets of thumbnails are PNG files of their size`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", classes: ["a", "b"], train: 12, test: 8)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    #expect(
      Captured.run("report", folder.path + "/run", "--output", folder.path + "/r.html").code
        == .success)
    let text = try folder.text("r.html")
    let sheets = text.matches(of: try Regex("url\\(data:image/png;base64,([A-Za-z0-9+/=]+)\\)"))
      .compactMap { $0.output[1].substring.flatMap { Data(base64Encoded: String($0)) } }
    #expect(sheets.count == 2)
    // All 16 test images of the map in a row, and 32 pixels each.
    let small = try ImageFile.decode([UInt8](try #require(sheets.first)))
    #expect(small.width == 16 * 32)
    #expect(small.height == 32)
  }

  @Test func `images without labels have a map and neighbours`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", count: 20)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    let captured = Captured.run("report", folder.path + "/run", "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    let page = try ParsedPage(try folder.text("r.html"))
    let ids = page.attributes["id"] ?? []
    for id in ["map", "neighbors", "views"] { #expect(ids.contains(id), "\(id) is missing") }
    for id in ["confusion", "classes", "mistakes"] { #expect(!ids.contains(id), "\(id)") }
    #expect(page.text.contains("All 20 training images"))
    #expect(page.text.contains("0.png"))
    // An image is no neighbour of its own.
    #expect(!page.text.contains("1.00"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/evaluation.json"))
  }

  @Test func `features in the run's folder are taken if they are of its encoder`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", classes: ["a", "b"], train: 12, test: 8)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    func split(_ count: Int) -> LabeledFeatures {
      LabeledFeatures(
        features: Features(
          rows: count, columns: 3, elements: (0..<(3 * count)).map { Float($0 * $0 % 17) }),
        labels: (0..<count).map { $0 * 2 / count })
    }
    let (path, data) = (folder.path, folder.path + "/data")
    func write(_ digest: String?) throws {
      var origin = FeatureDescription(encoder: path + "/run", dataset: "folder")
      origin.imageSize = 32
      origin.imageDigest = digest
      try FeatureFolder(train: split(24), test: split(16), origin: origin)
        .write(to: path + "/run/features")
    }
    func dimension() throws -> Int? {
      #expect(Captured.run("report", path + "/run", "--output", path + "/r.html").code == .success)
      let evaluation = path + "/run/evaluation.json"
      defer { try? FileManager.default.removeItem(atPath: evaluation) }
      return try ReportedScore.all(inFileAt: evaluation).first?.featureDimension
    }
    // As those of earlier versions, which tell nothing of their images.
    try write(nil)
    #expect(try dimension() == 512)
    let splits = DatasetSplits(dataset: "folder", path: data, files: DatasetFiles())
    try write(FeatureExtraction.digest(of: [splits.train(), splits.test()]))
    #expect(try dimension() == 3)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: 60)],
      ofItemAtPath: folder.path + "/run/encoder.safetensors")
    #expect(try dimension() == 512)
  }

  @Test func `features of other images are not taken for the run's own`() throws {
    let folder = try TemporaryFolder()
    let (run, other) = (folder.path + "/run", folder.path + "/other")
    try SampleImages.write(folder.path + "/data", classes: ["a", "b"], train: 12, test: 8)
    try SampleImages.write(other, classes: ["a", "b"], train: 6, test: 4)
    try SampleImages.writeRun(run, data: folder.path + "/data")
    let extracted = Captured.run("extract", run, "--dataset-path", other)
    #expect(extracted.code == .success, "\(extracted.error)")
    #expect(try FeatureFolder.origin(in: run + "/features")?.imageDigest?.count == 32)
    let captured = Captured.run("report", run, "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    let scores = try ReportedScore.all(inFileAt: run + "/evaluation.json")
    #expect(scores.first?.trainCount == 24)
    #expect(scores.first?.testCount == 16)
  }

  @Test func `scores of an earlier encoder are told of and made anew`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", classes: ["a", "b"], train: 12, test: 8)
    try SampleRun.write(folder.path + "/run", steps: 20)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    let evaluation = folder.path + "/run/evaluation.json"
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: evaluation)
    let before = try folder.text("run/evaluation.json")
    let captured = Captured.run("report", folder.path + "/run", "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    let page = try ParsedPage(try folder.text("r.html"))
    #expect(page.text.contains("\(evaluation) is older than the encoder beside it"))
    #expect(!page.text.contains("68.69"))
    #expect(try folder.text("run/evaluation.json") == before)
  }

  @Test func `a run whose images are gone has a page without them, which says why`() throws {
    let folder = try TemporaryFolder()
    try SampleRun.write(folder.path + "/run", steps: 20)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/none")
    let captured = Captured.run("report", folder.path + "/run", "--output", folder.path + "/r.html")
    #expect(captured.code == .success)
    let start = "warning: run is shown without images: "
    #expect(captured.error.hasPrefix(start))
    #expect(captured.error.hasSuffix("name a folder of images by --dataset-path\n"))
    #expect(captured.error.count { $0 == "\n" } == 1)
    let page = try ParsedPage(try folder.text("r.html"))
    #expect(page.text.contains("run is shown without images: \(folder.path)/none"))
    let ids = page.attributes["id"] ?? []
    #expect(ids.contains("confusion") && ids.contains("curves") && !ids.contains("map"))
  }

  @Test func `controls stand in the table`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", classes: ["a", "b"], train: 12, test: 8)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    let captured = Captured.run(
      "report", folder.path + "/run", "--controls", "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    let page = try ParsedPage(try folder.text("r.html"))
    #expect(page.text.contains("raw pixels"))
    #expect(page.text.contains("untrained, resnet18"))
    let both = Captured.run("report", folder.path + "/run", "--controls", "--no-images")
    #expect(both.code == .usage)
  }

  @Test func `a page whose controls cannot be scored says why`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", count: 20)
    for data in ["data", "none"] {
      try SampleImages.writeRun(folder.path + "/run", data: "\(folder.path)/\(data)")
      let captured = Captured.run(
        "report", folder.path + "/run", "--controls", "--output", folder.path + "/r.html")
      #expect(captured.code == .success)
      let line = captured.error.split(separator: "\n").last ?? ""
      #expect(line.hasPrefix("warning: the controls are not scored: \(folder.path)/\(data)"))
      let page = try ParsedPage(try folder.text("r.html"))
      #expect(page.text.contains(String(line.dropFirst("warning: ".count))))
      #expect(page.attributes["id"]?.contains("map") == (data == "data"))
    }
  }

  @Test func `a map of many images shows some and says so`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", classes: ["a", "b"], train: 12, test: 8)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/data")
    let captured = Captured.run(
      "report", folder.path + "/run", "--points", "5", "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    let page = try ParsedPage(try folder.text("r.html"))
    #expect(page.text.contains("5 of 16 test images, drawn at random"))
  }
}
