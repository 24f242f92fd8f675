import Foundation
import RelicNN
import Testing

@testable import relic

@Suite struct ViewsCommandTests {
  @Test func `a picture of the right size is written, the same each time`() throws {
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

  @Test func `a picture too large for the format is refused before it is drawn`() throws {
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

  @Test func `a PNG file has the bytes that the standard asks for`() {
    var picture = PNGImage(width: 1, height: 1, grey: 0)
    picture.draw(Tensor([1, 0.5, 0], shape: [1, 1, 3]), x: 0, y: 0, scale: 1)
    // Checksums by Python's zlib.crc32 and zlib.adler32.
    #expect(
      picture.encoded == [
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0,
        0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 15, 0x49, 0x44, 0x41,
        0x54, 0x78, 0x01, 1, 4, 0, 0xfb, 0xff, 0, 0xff, 0x80, 0,
        4, 1, 1, 0x80, 0xe3, 0xc2, 0x4a, 0xc3, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
        0x82,
      ])
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
