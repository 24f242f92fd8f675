internal import RelicNN

/// A command that shows images to encoders which may have been trained on normalised pixels.
protocol NormalizingCommand: Command {
  var pixels: PixelOptions { get set }
}

extension NormalizingCommand {
  /// What is taken from each channel before it is divided.
  static var meanOption: Option<Self> {
    .value(
      "--mean", sets: \.pixels.mean, as: "R,G,B",
      "what the encoder's training took from pixels in [0, 1], or 'imagenet' (default: nothing)")
  }

  /// What each channel is divided by.
  static var deviationOption: Option<Self> {
    .value(
      "--std", sets: \.pixels.deviation, as: "R,G,B",
      "what it then divided them by, or 'imagenet'")
  }
}

/// A command that computes features.
protocol PrecisionCommand: Command {
  var precision: Precision { get set }
}

extension PrecisionCommand {
  /// What products multiply.
  static var precisionOption: Option<Self> {
    .choice(
      "--precision", sets: \.precision, as: "NAME",
      "what the products of the encoder multiply; bfloat16 is faster where the processor has "
        + "a fast AVX512_BF16, and changes features by some tenths of a percent")
  }

  /// Tells if the features of a source are computed otherwise than was asked for.
  func tell(of source: FeatureSource, _ console: Console) {
    guard let encoder = source.encoder, encoder.precision != precision else { return }
    console.writeError(
      "note: this processor has no fast instructions for \(precision) (AVX512_BF16); features are "
        + "computed in \(encoder.precision)\n")
  }
}

/// The normalisation of pixels as a user gives it.
struct PixelOptions: Equatable, Sendable {
  var mean: ChannelNumbers?
  var deviation: ChannelNumbers?

  /// The normalisation, or `nil` if none was asked for.
  func normalization(help: String) throws(UsageError) -> PixelNormalization? {
    // The name stands for both.
    let named = mean == .imagenet || deviation == .imagenet
    let standard = PixelNormalization.imagenet
    switch (mean, deviation) {
    case (nil, nil): return nil
    case (nil, _) where !named: throw .missing("--mean", help: help)
    case (_, nil) where !named: throw .missing("--std", help: help)
    default:
      let deviation = deviation?.numbers ?? standard.deviation
      guard deviation.allSatisfy({ $0 > 0 }) else {
        throw .conflict("'--std' has a 0", remedy: "pixels are divided by it: give numbers above 0")
      }
      return PixelNormalization(mean: mean?.numbers ?? standard.mean, deviation: deviation)
    }
  }
}

/// A number for each channel, or those of ImageNet by name.
enum ChannelNumbers: OptionValue {
  case imagenet
  case each([Float])

  static let kind = "'imagenet', or one or three numbers from 0 to 1"
  static let isText = true

  init?(argument: String) {
    if argument == "imagenet" {
      self = .imagenet
      return
    }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Float($0.filter { $0 != " " }) }
    // Numbers for bytes, such as 123.675, are not those for pixels in [0, 1].
    guard numbers.count == parts.count, [1, 3].contains(numbers.count),
      numbers.allSatisfy({ (0...1).contains($0) })
    else { return nil }
    self = .each(numbers.count == 1 ? Array(repeating: numbers[0], count: 3) : numbers)
  }

  var argument: String {
    switch self {
    case .imagenet: "imagenet"
    case .each(let numbers): numbers.map(\.description).joined(separator: ",")
    }
  }

  /// The three numbers, or `nil` for those of ImageNet.
  var numbers: [Float]? {
    if case .each(let numbers) = self { numbers } else { nil }
  }

  static func < (left: Self, right: Self) -> Bool { left.argument < right.argument }
}
