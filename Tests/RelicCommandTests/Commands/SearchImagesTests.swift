import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct SearchImagesTests {
  @Test func `images go through a run's encoder, and copies of one are found`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/photos", count: 6)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/photos")
    for name in ["copy.png", "photos/again.png"] {
      try FileManager.default.copyItem(
        atPath: folder.path + "/photos/3.png", toPath: folder.path + "/" + name)
    }
    let photos = folder.path + "/photos"
    let alone = Captured.run("search", photos)
    #expect(alone.code == .usage)
    #expect(alone.error.contains("of images, name the run whose encoder makes them by --encoder"))
    let with = ["--encoder", folder.path + "/run"]
    let found = Captured.run(["search", photos, folder.path + "/copy.png", "-k", "2"] + with)
    // Which of two copies comes first is a matter of rounding.
    let names = ["3.png", "again.png"]
    let lines = found.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(lines.map { $0[0] } == Array(repeating: "\(folder.path)/copy.png", count: 2))
    #expect(
      Set(lines.map { String($0[2]) }) == Set(names) && lines.allSatisfy { $0[3] == "1.000000" })
    let duplicates = Captured.run(
      ["search", photos, "--duplicates", "--threshold", "1"] + with)
    #expect(
      duplicates.output == "group,image,similarity\n1,3.png,1.000000\n1,again.png,1.000000\n")
    // The features on disk say which run made them.
    #expect(Captured.run("extract", folder.path + "/run").code == .success)
    let features = folder.path + "/run/features"
    let again = Captured.run("search", features, folder.path + "/copy.png", "-k", "2")
    #expect(again.output.split(separator: "\n").count == 3)
    for name in names { #expect(again.output.contains(",\(name),1.000000\n")) }
    let own = Captured.run("search", features, "3.png", "-k", "1")
    #expect(own.output.hasSuffix("3.png,1,again.png,1.000000\n"))
    // A folder of images.
    let all = Captured.run("search", features, photos, "-k", "1")
    #expect(all.output.split(separator: "\n").count == 8)
    let description = try folder.text("run/features/features.json")
    for size in ["0", "-1", "200000", "10000000000"] {
      let text = description.replacing(/"image_size" ?: ?[0-9]+/, with: "\"image_size\": \(size)")
      #expect(text != description)
      try folder.write("run/features/features.json", Data(text.utf8))
      let hostile = Captured.run("search", features, folder.path + "/copy.png")
      #expect(hostile.code == .input && hostile.error.hasSuffix("fit a probe to them anew\n"))
      #expect(hostile.error.contains("images of \(size) pixels, which is not from 8 to 1024;"))
    }
    let run = Captured.run("search", folder.path + "/run")
    #expect(
      run.error == "relic: '\(folder.path)/run' holds a run; name its features, \(features)\n")
  }

  @Test func `a sheet shows queries, neighbours and frames`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/photos", classes: ["a", "b"], train: 3, test: 1)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/photos")
    #expect(Captured.run("extract", folder.path + "/run").code == .success)
    let sheet = folder.path + "/sheet.png"
    let captured = Captured.run(
      "search", folder.path + "/run/features", "--of", "test", "--sheet", sheet, "-k", "6")
    #expect(captured.code == .success, "\(captured.error)")
    #expect(captured.error.hasSuffix("\(sheet): 2 rows of images\n"))
    let drawn = try ImageFile.read(sheet)
    #expect((drawn.width, drawn.height) == (7 * 104 + 24, 2 * 126 + 8))
    func pixel(_ x: Int, _ y: Int) -> [UInt8] {
      Array(drawn.pixels[(3 * (y * drawn.width + x))..<(3 * (y * drawn.width + x) + 3)])
    }
    let query = try ImageFile.read(folder.path + "/photos/test/a/0.png")
    for (x, y) in [(0, 0), (31, 31), (7, 20)] {
      let start = 3 * (y * query.width + x)
      #expect(pixel(8 + 3 * x + 1, 8 + 3 * y + 2) == Array(query.pixels[start..<(start + 3)]))
    }
    // Three neighbours of each query are of the other class.
    let red: [UInt8] = [214, 39, 40]
    for row in 0..<2 {
      let frames = (1...6).filter { pixel(16 + $0 * 104 - 1, 8 + row * 126 + 50) == red }
      #expect(frames.count == 3)
    }
    #expect(pixel(7, 58) == [255, 255, 255])
    #expect(pixel(8 + 47, 8 + 96 + 4 + 0) != [255, 255, 255])
  }

  @Test func `a sheet without its images is refused before the search, or grey in places`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/photos", count: 5)
    try SampleImages.writeRun(folder.path + "/run", data: folder.path + "/photos")
    #expect(Captured.run("extract", folder.path + "/run").code == .success)
    let sheet = folder.path + "/sheet.png"
    let arguments = ["search", folder.path + "/run/features", "-k", "2", "--sheet", sheet]
    try FileManager.default.removeItem(atPath: folder.path + "/photos/2.png")
    let partly = Captured.run(arguments)
    #expect(partly.code == .success)
    let grey = 1 + partly.output.split(separator: "\n").count { $0.contains(",2.png,") }
    #expect(
      partly.error.contains("note: \(sheet): \(grey) of 15 images cannot be read and are grey\n"))
    try FileManager.default.removeItem(atPath: sheet)
    try FileManager.default.moveItem(
      atPath: folder.path + "/photos", toPath: folder.path + "/moved")
    let gone = Captured.run(arguments)
    #expect(gone.code == .input && gone.output == "")
    #expect(
      gone.error == "relic: \(folder.path)/run/features: the images for --sheet are not found: "
        + "\(folder.path)/photos: not found; name the folder of the images by --dataset-path, or "
        + "leave out --sheet\n")
    #expect(!FileManager.default.fileExists(atPath: sheet))
    let named = Captured.run(arguments + ["--dataset-path", folder.path + "/moved"])
    #expect(named.code == .success)
    try SampleImages.write(folder.path + "/other", classes: ["k"], train: 2, test: 1)
    let other = Captured.run(arguments + ["--dataset-path", folder.path + "/other"])
    #expect(other.error.contains("none of its files is among the 2 images; name the folder"))
    try FileManager.default.removeItem(atPath: folder.path + "/run/features/features.json")
    #expect(
      Captured.run(arguments).error.contains(
        "nothing tells of the folder that the features were made of; name the folder"))
  }
}
