import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// Images that Pillow has decoded at reduced scale (`make_image_fixtures.py`).
@Suite struct ImageReductionTests {
  struct Expected: Decodable, CustomTestStringConvertible, Sendable {
    let file: String
    /// Of Pillow's `draft`; 0 for the side that a draft was then resized to.
    let reduction: Int
    let width: Int
    let height: Int
    let offset: Int
    var testDescription: String { "\(file) by \(reduction)" }
  }

  @Test func `there are files of every reduction`() throws {
    let reductions = try Self.expected().map(\.reduction)
    #expect(reductions.sorted() == [0, 0, 2, 2, 4, 4, 8, 8])
  }

  static func expected() throws -> [Expected] {
    try JSONDecoder().decode(
      [Expected].self,
      from: Data(contentsOf: URL(filePath: Fixtures.path("images/reduced.json"))))
  }

  private static func bytes(_ expected: Expected) throws -> [UInt8] {
    let all = try Data(contentsOf: URL(filePath: Fixtures.path("images/reduced.bin")))
    return Array(all.dropFirst(expected.offset).prefix(3 * expected.width * expected.height))
  }

  // Library versions may round a value apart by one, as in decoding to every pixel.
  @Test(arguments: try expected().filter { $0.reduction > 0 })
  func `a file decoded smaller has Pillow's pixels`(_ expected: Expected) throws {
    let reduction = try #require(ImageReduction(rawValue: expected.reduction))
    var asked: [Int] = []
    let found = try ImageFile.read(
      Fixtures.path("images/" + expected.file), pixelLimit: ImageFile.pixelLimit
    ) { width, height in
      asked = [width, height]
      return reduction
    }
    #expect((found.image.width, found.image.height) == (expected.width, expected.height))
    #expect(asked == [found.fullWidth, found.fullHeight])
    #expect(
      (found.fullWidth, found.fullHeight)
        == (expected.file == "large.jpg" ? (203, 157) : (157, 203)))
    let difference = zip(found.image.pixels, try Self.bytes(expected)).map {
      abs(Int($0) - Int($1))
    }
    #expect(try #require(difference.max()) <= 1)
  }

  @Test(arguments: try expected().filter { $0.reduction == 0 })
  func `an image for an encoder is Pillow's draft, resized`(_ expected: Expected) throws {
    let folder = try TemporaryFolder()
    let file = try Data(contentsOf: URL(filePath: Fixtures.path("images/" + expected.file)))
    try folder.write(expected.file, [UInt8](file))
    var dataset = try ImageFolder(folder: folder.path)
    dataset.decoding = .reduced
    let loader = EvaluationLoader(dataset: dataset, imageSize: expected.width, batchSize: 1)
    let found = try loader.batch(0).images.scalars.map { Int(($0 * 255).rounded()) }
    let difference = zip(found, try Self.bytes(expected)).map { abs($0 - Int($1)) }
    #expect(try #require(difference.max()) <= 1)
  }

  @Test(arguments: [
    (800, 600, 96, 4), (800, 600, 75, 8), (800, 600, 76, 4), (800, 150, 96, 1), (191, 500, 96, 1),
    (192, 500, 96, 2), (10, 10, 96, 1), (4000, 3000, 96, 8),
  ])
  func `the strongest reduction leaves the pixels that are wanted, as in Pillow`(
    _ width: Int, _ height: Int, _ wanted: Int, _ expected: Int
  ) {
    #expect(ImageReduction(from: (width, height), to: wanted).rawValue == expected)
  }

  @Test func `a part of an image keeps its place to half a pixel, and stays inside`() {
    for reduction in ImageReduction.allCases {
      let factor = reduction.rawValue
      let (width, height) = (reduction.side(of: 203), reduction.side(of: 157))
      for (x, y, w, h) in [
        (0, 0, 203, 157), (101, 57, 102, 100), (3, 5, 64, 40), (139, 93, 64, 64),
      ] {
        let part = reduction.applied(
          to: CropRectangle(x: x, y: y, width: w, height: h), width: width, height: height)
        #expect(part.width > 0 && part.x + part.width <= width)
        #expect(part.height > 0 && part.y + part.height <= height)
        for (edge, found) in [
          (x, part.x), (x + w, part.x + part.width), (y, part.y), (y + h, part.y + part.height),
        ] {
          #expect(abs(Double(edge) / Double(factor) - Double(found)) <= 0.5, "\(edge) by \(factor)")
        }
      }
    }
  }

  @Test func `a PNG file is never decoded smaller`() throws {
    let path = Fixtures.path("images/rgb.png")
    let found = try ImageFile.read(path, pixelLimit: ImageFile.pixelLimit) { _, _ in .half }
    #expect(found == ReducedImage(try ImageFile.read(path)))
  }
}
