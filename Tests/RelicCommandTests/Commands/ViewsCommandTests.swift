import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct ViewsCommandTests {
  @Test func `a drawing of the right size is written, the same each time`() throws {
    let folder = try TemporaryFolder()
    let arguments = ["--images", "2", "--num-global-views", "3", "--num-local-views", "1"]
    for name in ["a.png", "b.png"] {
      let path = "\(folder.path)/\(name)"
      let captured = Captured.run(["views", "--output", path] + arguments)
      #expect(captured == Captured(output: "\(path): 2 images, 3 large and 1 small views\n"))
    }
    let bytes = [UInt8](try folder.bytes("a.png"))
    #expect(try bytes == [UInt8](folder.bytes("b.png")))
    // Width and height: five and two cells of 32 pixels three times over, 4 pixels apart.
    #expect(Array(bytes[16..<24]) == [0, 0, 504 >> 8, 504 & 255, 0, 0, 0, 204])
  }

  @Test func `views of the tuned recipe are as small as a run's`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png")
    let path = photos.path("a.png")
    let captured = Captured.run(
      "views", photos.photos, "--recipe", "tuned", "--num-global-views", "3", "--output", path)
    #expect(captured == Captured(output: "\(path): 1 image, 3 large and 0 small views\n"))
    let image = try ImageFile.read(path)
    // Cells of 48 pixels twice over are as wide as those of 96: blocks tell them.
    #expect((image.width, image.height) == (404, 104))
    let blocks = (0..<48).allSatisfy { column in
      (0..<2).allSatisfy { inside in
        let (first, pixel) = (4 + 2 * column, 4 + 2 * column + inside)
        return image.pixels[3 * (4 * 404 + first)..<(3 * (4 * 404 + first) + 3)]
          .elementsEqual(image.pixels[3 * (4 * 404 + pixel)..<(3 * (4 * 404 + pixel) + 3)])
      }
    }
    #expect(blocks)
  }

  @Test func `a drawing too large for the format is refused before it is drawn`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      "views", "--images", "256", "--image-size", "1024", "--num-local-views", "16", "--output",
      folder.path + "/a.png")
    #expect(
      captured
        == Captured(
          error: "relic: the drawing would have 23648 x 263172 pixels; choose fewer --images or "
            + "views, or a smaller --image-size\n", code: .usage))
    #expect(try folder.names() == [])
  }

  @Test func `a drawing is saved with the grey around it, rounded and held to 8 bits`() throws {
    var drawing = PNGImage(width: 4, height: 3, grey: 7)
    let colors = Tensor([1, 0.5, 0, 2, -1, 0.2], shape: [1, 2, 3])
    drawing.draw(colors, x: 1, y: 1, scale: 1)
    let image = try ImageFile.decode(drawing.encoded())
    let grey = Array(repeating: UInt8(7), count: 12)
    #expect((image.width, image.height) == (4, 3))
    #expect(
      image.pixels == grey + [7, 7, 7, 255, 128, 0, 255, 0, 51, 7, 7, 7] + grey)
  }

  @Test(arguments: ["views", "pretrain"])
  func `a smallest crop above the largest is refused`(_ command: String) throws {
    let folder = try TemporaryFolder()
    let output = command == "views" ? ["--output", "v.png"] : ["--save-model-dir", "run"]
    let captured = Captured.run(
      [command, "--dataset-name", "shapes", "--max-crop-scale", "0.05"] + output.prefix(1)
        + ["\(folder.path)/\(output[1])"])
    #expect(
      captured
        == Captured(
          error: "relic: '--min-crop-scale' is 0.1, and '--max-crop-scale' 0.05; give a smaller "
            + "and a larger one\n", code: .usage))
    #expect(try folder.names() == [])
  }

  @Test func `a folder that is named is the one that is drawn`() throws {
    let photos = try PhotoFolder()
    try photos.add("cat/1.png", "dog/2.png")
    for arguments in [[photos.photos], ["--dataset-path", photos.photos]] {
      let path = photos.path("v.png")
      let captured = Captured.run(["views", "--image-size", "16", "--output", path] + arguments)
      #expect(captured == Captured(output: "\(path): 2 images, 6 large and 0 small views\n"))
    }
    let nothing = photos.path("nothing")
    let absent = Captured.run("views", nothing)
    #expect(absent.code == .input && absent.error.hasPrefix("relic: \(nothing): not found; "))
  }

  @Test func `a name of another format is refused`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run("views", "--output", folder.path + "/v.jpg")
    #expect(captured.code == .usage)
    #expect(
      captured.error.hasSuffix("/v.jpg' would hold a .png file; give a name that ends in .png\n"))
    #expect(try folder.names() == [])
  }
}
