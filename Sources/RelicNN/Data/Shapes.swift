internal import Foundation

/// Ten classes of figures at 32x32, drawn by the program itself.
///
/// A picture shows two to four figures of one class. Colours, places, sizes, rotations, background
/// and noise are drawn alike for all classes, so only the outline tells the class. Crops of one
/// picture show different copies of its figure: what two views share is the class.
public struct Shapes: ImageDataset {
  private static let side = 32

  private let split: DatasetSplit
  private let seed: UInt64

  /// The number of pictures.
  public let count: Int

  /// Creates a split; equal arguments give equal pictures.
  ///
  /// - Parameters:
  ///   - split: Training or test pictures; the two never share a picture.
  ///   - count: The number of pictures, by default 8,000 to train and 2,000 to test.
  ///   - seed: Decides every picture.
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

  /// Returns the class of picture `index`; classes take turns.
  public func label(at index: Int) -> Int? { index % Figure.allCases.count }

  /// Returns picture `index`, 32x32.
  public func image(at index: Int) -> RGBImage {
    var random = Philox(
      seed: seed, purpose: .drawing, epoch: split == .train ? 0 : 1, sample: index)
    var canvas = Canvas(side: Self.side, random: &random)
    let figure = Figure.allCases[index % Figure.allCases.count]
    for _ in 0..<(2 + random.integer(below: 3)) { canvas.draw(figure, random: &random) }
    return canvas.picture(noise: random.uniform(0.01, 0.06), random: &random)
  }
}

/// A picture in the making; colours are in [0, 1].
private struct Canvas {
  private let side: Int
  private let ground: SIMD3<Float>
  private var colors: [SIMD3<Float>] = []
  private var placed: [SIMD3<Float>] = []

  /// Creates a background: a slope between two colours under a wave.
  init(side: Int, random: inout Philox) {
    self.side = side
    ground = Self.color(&random)
    let slope = 0.3 * (Self.color(&random) - 0.5)
    let wave = 0.25 * (Self.color(&random) - 0.5)
    let slopeTurn = random.uniform(0, 2 * .pi)
    let waveTurn = random.uniform(0, 2 * .pi)
    let frequency = random.uniform(0.2, 1.2)
    let phase = random.uniform(0, 2 * .pi)
    colors.reserveCapacity(side * side)
    for y in 0..<side {
      for x in 0..<side {
        let point = SIMD2(Float(x), Float(y)) - Float(side) / 2
        let down = (point * SIMD2(cosf(slopeTurn), sinf(slopeTurn))).sum() / Float(side)
        let across = (point * SIMD2(cosf(waveTurn), sinf(waveTurn))).sum()
        colors.append(ground + down * slope + sinf(across * frequency + phase) * wave)
      }
    }
  }

  private static func color(_ random: inout Philox) -> SIMD3<Float> {
    SIMD3(random.uniform(), random.uniform(), random.uniform())
  }

  /// Draws a figure of random size, rotation, place and colour, apart from the others if it can.
  mutating func draw(_ figure: Figure, random: inout Philox) {
    var place = SIMD3<Float>()
    for _ in 0..<10 {
      let radius = random.uniform(4.5, 9)
      place = SIMD3(
        random.uniform(radius * 0.8, Float(side) - radius * 0.8),
        random.uniform(radius * 0.8, Float(side) - radius * 0.8), radius)
      let apart = placed.allSatisfy { other in
        let gap = SIMD2(place.x - other.x, place.y - other.y)
        return (gap * gap).sum().squareRoot() > 0.9 * (place.z + other.z)
      }
      if apart { break }
    }
    placed.append(place)
    var color = Self.color(&random)
    while ((color - ground) * (color - ground)).sum() < 0.15 { color = Self.color(&random) }
    let turn = random.uniform(0, 2 * .pi)
    let axis = SIMD2(cosf(turn), sinf(turn)) / place.z
    for y in 0..<side {
      for x in 0..<side {
        let offset = SIMD2(Float(x) + 0.5 - place.x, Float(y) + 0.5 - place.y)
        if (offset * offset).sum() > (place.z + 1) * (place.z + 1) { continue }
        let point = SIMD2(
          offset.x * axis.x + offset.y * axis.y, offset.y * axis.x - offset.x * axis.y)
        let coverage = max(0, min(1, 0.5 - figure.distance(to: point) * place.z))
        colors[y * side + x] += coverage * (color - colors[y * side + x])
      }
    }
  }

  /// Returns the picture in 8 bits, with noise of standard deviation `noise` added.
  func picture(noise: Float, random: inout Philox) -> RGBImage {
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
