import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// What `make_augmentation_fixtures.py` wrote.
struct AugmentationFixture: Decodable {
  struct Source: Decodable {
    let width: Int
    let height: Int
    let offset: Int
  }

  struct Parameters: Decodable {
    let size: Int?
    let x: Int?
    let y: Int?
    let width: Int?
    let height: Int?
    let factor: Float?
    let sigma: Float?
    let radius: Int?
    let mirrored: Bool?
    let jitter: Bool?
    let order: [String]?
    let brightness: Float?
    let contrast: Float?
    let saturation: Float?
    let hue: Float?
    let gray: Bool?
    let solarized: Bool?
  }

  struct Case: Decodable {
    let operation: String
    let source: Int
    let parameters: Parameters
    let width: Int
    let height: Int
    let offset: Int
  }

  let sources: [Source]
  let cases: [Case]

  /// The difference between a result and torchvision's, in units of 1/255.
  struct Difference {
    let largest: Int
    let mean: Double
  }

  static let folder = URL(filePath: Fixtures.path("augmentation"))

  static func load() throws -> AugmentationFixture {
    try JSONDecoder().decode(
      AugmentationFixture.self, from: Data(contentsOf: folder.appending(path: "cases.json")))
  }

  func image(_ index: Int) throws -> RGBImage {
    let source = sources[index]
    let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: "sources.bin")))
    let count = 3 * source.width * source.height
    return RGBImage(
      width: source.width, height: source.height,
      pixels: Array(bytes[source.offset..<(source.offset + count)]))
  }

  /// Calls `body` with each of so many cases of `operation`, its image and the result torchvision has.
  func forEach(
    _ operation: String, count: Int, location: SourceLocation = #_sourceLocation,
    _ body: (Case, RGBImage, [UInt8]) throws -> Void
  ) throws {
    let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: "expected.bin")))
    let own = cases.filter { $0.operation == operation }
    #expect(own.count == count, "cases of \(operation)", sourceLocation: location)
    for item in own {
      let size = 3 * item.width * item.height
      try body(item, image(item.source), Array(bytes[item.offset..<(item.offset + size)]))
    }
  }
}

extension RGBImage {
  /// The image as planes.
  var planar: PlanarImage {
    var result = PlanarImage(width: width, height: height)
    for i in 0..<(width * height) {
      for channel in 0..<3 {
        result.planes[channel * width * height + i] = pixels[3 * i + channel]
      }
    }
    return result
  }
}

extension PlanarImage {
  /// The image as pixels.
  var interleaved: [UInt8] {
    (0..<area).flatMap { i in (0..<3).map { planes[$0 * area + i] } }
  }

  func difference(from expected: [UInt8]) -> AugmentationFixture.Difference {
    let differences = zip(interleaved, expected).map { abs(Int($0) - Int($1)) }
    return .init(
      largest: differences.max() ?? .max,
      mean: Double(differences.reduce(0, +)) / Double(expected.count))
  }
}
