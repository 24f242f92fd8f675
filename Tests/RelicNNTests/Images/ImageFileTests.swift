import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct ImageFileTests {
  struct Expected: Decodable, CustomTestStringConvertible, Sendable {
    let file: String
    let width: Int
    let height: Int
    let offset: Int
    var testDescription: String { file }
  }

  static let folder = URL(filePath: Fixtures.path("images"))

  static func expected() throws -> [Expected] {
    try JSONDecoder().decode(
      [Expected].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
  }

  @Test func `there are thirty files`() throws {
    #expect(try Self.expected().count == 30)
  }

  // Both sides use the accurate inverse transform and the same upsampling; library versions may
  // round a JPEG value apart by one. PNG is exact.
  @Test(arguments: try expected())
  func `every kind of file gives Pillow's pixels`(_ expected: Expected) throws {
    let image = try ImageFile.read(Self.folder.appending(path: expected.file).path)
    #expect((image.width, image.height) == (expected.width, expected.height))
    let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: "expected.bin")))
    let difference = zip(image.pixels, bytes[expected.offset...]).map { abs(Int($0) - Int($1)) }
    let largest = try #require(difference.max())
    #expect(largest <= (expected.file.hasSuffix("png") ? 0 : 1), "\(expected.file): \(largest)")
  }

  @Test(arguments: [
    ("truncated.jpg", "Premature end of JPEG file"),
    ("truncated.png", "the file ends too early"),
    ("text.jpg", "it is neither a JPEG nor a PNG file"),
    ("empty.png", "it is neither a JPEG nor a PNG file"),
    ("scans.jpg", "it has more than 100 scans"),
    ("huge.png", "it claims 900000x900000 pixels, more than 178956970"),
  ])
  func `a broken file is refused by reason`(_ file: String, _ reason: String) {
    let error = #expect(throws: ImageError.self) {
      try ImageFile.read(Self.folder.appending(path: file).path)
    }
    #expect(error?.description == reason)
  }

  @Test func `pipes and files of any size are refused before they are read`() throws {
    let folder = try TemporaryFolder()
    let pipe = "\(folder.path)/pipe.jpg"
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let result = resultInTime {
      Result { () throws(ImageError) in try ImageFile.read(pipe) }
    }
    #expect(result == .failure(.unreadable(.notAFile(path: pipe))))

    let large = "\(folder.path)/large.jpg"
    #expect(FileManager.default.createFile(atPath: large, contents: nil))
    #expect(unsafe truncate(large, 1 << 30 + 1) == 0)
    #expect(
      throws: ImageError.unreadable(
        .cannotRead(path: large, reason: "it has 1073741825 bytes, more than 1073741824"))
    ) { try ImageFile.read(large) }
  }

  @Test func `the limit of pixels can be moved, and is checked before memory is taken`() throws {
    let path = Self.folder.appending(path: "rgb.png").path
    let whole = try ImageFile.read(path)
    let pixels = whole.width * whole.height
    #expect(try ImageFile.read(path, pixelLimit: pixels) == whole)
    let tooLarge = ImageError.tooLarge(
      width: whole.width, height: whole.height, limit: pixels - 1)
    #expect(throws: tooLarge) { try ImageFile.read(path, pixelLimit: pixels - 1) }
    // 900,000 by 900,000 pixels would take 2.4 TB.
    let huge = Self.folder.appending(path: "huge.png").path
    #expect(throws: ImageError.tooLarge(width: 900_000, height: 900_000, limit: 4_295_000_000)) {
      try ImageFile.read(huge, pixelLimit: 4_295_000_000)
    }
  }

  @Test func `no cut of a file crashes the decoder`() throws {
    for name in ["turned6.jpg", "inks.jpg", "palette_transparent.png", "rgb16.png"] {
      let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: name)))
      for count in stride(from: 0, to: bytes.count - 12, by: 7) {
        if let image = try? ImageFile.decode(Array(bytes[..<count])) {
          Issue.record("\(count) bytes of \(name) gave \(image.width)x\(image.height) pixels")
        }
      }
    }
  }

  @Test func `damaged bytes give an image or a reason, never a crash`() throws {
    var random = Philox(seed: 3, purpose: .drawing)
    for name in ["turned8.jpg", "progressive.JPEG", "inks.jpg", "palette.png", "rgb16.png"] {
      let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: name)))
      for _ in 0..<200 {
        var damaged = bytes
        for _ in 0..<3 {
          damaged[random.integer(below: bytes.count)] = UInt8(random.next32() >> 24)
        }
        do throws(ImageError) {
          _ = try ImageFile.decode(damaged)
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test(arguments: [(1, 1), (1, 300), (300, 1), (33, 47)])
  func `a PNG file gives back every pixel`(_ width: Int, _ height: Int) throws {
    var random = Philox(seed: 4, purpose: .drawing)
    let pixels = (0..<(3 * width * height)).map { _ in UInt8(random.next32() >> 24) }
    let image = RGBImage(width: width, height: height, pixels: pixels)
    let file = try image.encodedAsPNG()
    #expect(file.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    #expect(try ImageFile.decode(file) == image)
  }
}
