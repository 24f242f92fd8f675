internal import Foundation

/// Ten classes of figures at 32x32, drawn by the program itself.
///
/// An image is paved with copies of one figure, light on grey or dark. Shade, place, size, the
/// rotations of figure and pavement, background and noise are drawn alike for all classes, so only
/// the outline tells the class. Colour is left out: views of a coloured image are told apart by
/// their hue long before a network has learned to see outlines.
public struct Shapes: ImageDataset {
  private static let side = 32

  private let split: DatasetSplit
  private let seed: UInt64

  /// The number of images.
  public let count: Int

  /// Creates a split; equal arguments give equal images.
  ///
  /// - Parameters:
  ///   - split: Training or test images; the two never share an image.
  ///   - count: The number of images, by default 8,000 to train and 2,000 to test.
  ///   - seed: Decides every image.
  /// - Throws: A split other than training or test.
  public init(split: DatasetSplit, count: Int? = nil, seed: UInt64 = 0) throws(DatasetError) {
    guard split == .train || split == .test else {
      throw .noSuchSplit(dataset: "shapes", split: split, choices: [.train, .test])
    }
    self.split = split
    self.seed = seed
    self.count = count ?? (split == .train ? 8000 : 2000)
  }

  /// `shapes`.
  public var name: String { "shapes" }

  /// The ten figures.
  public var classNames: [String]? {
    [
      "disc", "ring", "triangle", "square", "star", "cross", "crescent", "half disc", "bars",
      "corner",
    ]
  }

  /// Returns the class of image `index`; classes take turns.
  public func label(at index: Int) -> Int? { index % Figure.allCases.count }

  /// Returns image `index`, 32x32.
  public func image(at index: Int) -> RGBImage {
    var random = Philox(
      seed: seed, purpose: .drawing, epoch: split == .train ? 0 : 1, sample: index)
    var canvas = Canvas(side: Self.side, random: &random)
    canvas.pave(with: Figure.allCases[index % Figure.allCases.count], random: &random)
    return canvas.image(noise: random.uniform(0.01, 0.06), random: &random)
  }
}

extension DatasetFormat {
  static let shapes = DatasetFormat(imageSize: 32) { _, split throws(DatasetError) in
    try Shapes(split: split)
  }
}

/// An image in the making; colours are in [0, 1].
private struct Canvas {
  private let side: Int
  private var colors: [SIMD3<Float>] = []

  /// Creates a grey background with a slight slope between two colours.
  init(side: Int, random: inout Philox) {
    self.side = side
    let rise = SIMD3(random.uniform(), random.uniform(), random.uniform())
    let turn = random.uniform(0, 2 * .pi)
    let direction = SIMD2(cosf(turn), sinf(turn)) / Float(side)
    colors.reserveCapacity(side * side)
    for y in 0..<side {
      for x in 0..<side {
        let point = SIMD2(Float(x), Float(y)) - Float(side) / 2
        colors.append(0.5 + 0.1 * (point * direction).sum() * (rise - 0.5))
      }
    }
  }

  /// Draws copies of a figure, all rotated alike, on a square lattice that is rotated on its own.
  mutating func pave(with figure: Figure, random: inout Philox) {
    let radius = random.uniform(5, 8)
    let shade = SIMD3<Float>(repeating: random.uniform() < 0.5 ? 0.1 : 0.9)
    let turn = random.uniform(0, 2 * .pi)
    let axis = SIMD2(cosf(turn), sinf(turn)) / radius
    let latticeTurn = random.uniform(0, 2 * .pi)
    let lattice = SIMD2(cosf(latticeTurn), sinf(latticeTurn))
    let pitch = 2.1 * radius
    let shift = SIMD2(random.uniform(), random.uniform())
    for y in 0..<side {
      for x in 0..<side {
        let place = Self.rotated(SIMD2(Float(x) + 0.5, Float(y) + 0.5), by: lattice) / pitch + shift
        let offset = (place - place.rounded(.toNearestOrEven)) * pitch
        let distance = figure.distance(to: Self.rotated(offset, by: axis)) * radius
        let coverage = max(0, min(1, 0.5 - distance))
        colors[y * side + x] += coverage * (shade - colors[y * side + x])
      }
    }
  }

  private static func rotated(_ point: SIMD2<Float>, by axis: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2(point.x * axis.x + point.y * axis.y, point.y * axis.x - point.x * axis.y)
  }

  /// Returns the image in 8 bits, with noise of standard deviation `noise` added.
  func image(noise: Float, random: inout Philox) -> RGBImage {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * colors.count)
    for color in colors {
      for channel in 0..<3 {
        // Three uniforms of variance 1/12 sum to a bell of variance 1/4.
        let bell = random.uniform() + random.uniform() + random.uniform() - 1.5
        let value = 255 * (color[channel] + 2 * noise * bell)
        pixels.append(UInt8(max(0, min(255, value.rounded()))))
      }
    }
    return RGBImage(width: side, height: side, pixels: pixels)
  }
}
