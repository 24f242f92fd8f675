internal import Foundation

/// How features were made: `features.json` beside them, written by `relic extract`.
///
/// The file is an open JSON object: unknown keys are ignored, and all but the first two may be
/// missing.
public struct FeatureDescription: Codable, Equatable, Sendable {
  /// The file or run folder the encoder's weights came from, or `random` or `raw pixels`.
  public var encoder: String
  /// The data set's name.
  public var dataset: String
  /// A digest of the encoder's weights, by which other weights of the same name are told from them.
  public var weightDigest: String?
  /// The encoder's architecture.
  public var model: String?
  /// The encoder's first layers.
  public var stem: String?
  /// The side of the images, in pixels.
  public var imageSize: Int?
  /// The most millions of pixels an image file might have, if that was set.
  public var maxImageMegapixels: Int?
  /// How image files were decoded, where it was not to every pixel.
  public var decoding: String?
  /// What was taken from each channel of pixels in [0, 1], if anything.
  public var pixelMean: [Float]? {
    get { channelMeans?.numbers }
    set { channelMeans = newValue.map { Channels($0) } }
  }
  private var channelMeans: Channels?
  /// What each channel was then divided by.
  public var pixelDeviation: [Float]? {
    get { channelDeviations?.numbers }
    set { channelDeviations = newValue.map { Channels($0) } }
  }
  private var channelDeviations: Channels?
  /// What the encoder's products multiplied, where it was not float32.
  public var precision: String?
  /// Features per image.
  public var featureDimension: Int?
  /// Width of the projection head's output.
  public var projectionDimension: Int?
  /// Passes over the data the encoder was pretrained for.
  public var epochs: Int?
  /// The seed of the pretraining, or of random weights.
  public var seed: UInt64?
  /// Images in the training split.
  public var trainCount: Int?
  /// Images in the test split.
  public var testCount: Int?
  /// Training images held out, which are the test features here, or `nil` if those are of the test
  /// split.
  public var validationCount: Int?
  /// A digest of the number, classes, names and sizes of the images of all splits, by which other
  /// images are told from them.
  public var imageDigest: String?
  /// Names of the classes, by label.
  public var classNames: [String]?
  /// The version of the program that extracted the features.
  public var version: String?
  /// The kernel family of the BLAS in use.
  public var blasCore: String?

  /// Creates a description of which only encoder and data set are known.
  public init(encoder: String, dataset: String) {
    self.encoder = encoder
    self.dataset = dataset
  }

  /// Returns what sets the encoder of these features apart from that of others, in words, or `nil` if
  /// nothing is known to.
  package func difference(from other: FeatureDescription) -> String? {
    func isSame(_ left: String, _ right: String) -> Bool {
      URL(filePath: left).standardizedFileURL == URL(filePath: right).standardizedFileURL
    }
    func text(_ description: FeatureDescription) -> String {
      description.encoder
        + (description.epochs.map { " after \($0) \($0 == 1 ? "epoch" : "epochs")" } ?? "")
    }
    let isSameName = isSame(encoder, other.encoder) && epochs == other.epochs
    if let digest = weightDigest, let otherDigest = other.weightDigest {
      guard digest != otherDigest else { return nil }
      return "\(text(self)), not \(isSameName ? "its weights of that time" : text(other))"
    }
    return isSameName ? nil : "\(text(self)), not \(text(other))"
  }

  /// A number for each of red, green and blue, which is checked where it is read.
  private struct Channels: Codable, Equatable, Sendable {
    let numbers: [Float]

    init(_ numbers: [Float]) { self.numbers = numbers }

    init(from decoder: any Decoder) throws {
      numbers = try [Float](from: decoder)
      let key = decoder.codingPath.last?.stringValue
      let isDivisor = key == CodingKeys.channelDeviations.stringValue
      guard numbers.count == 3,
        numbers.allSatisfy({ $0.isFinite && ($0 > 0 || !isDivisor) })
      else {
        let wanted = isDivisor ? "three numbers above 0" : "three numbers"
        throw DecodingError.dataCorrupted(
          DecodingError.Context(
            codingPath: decoder.codingPath,
            debugDescription: "\(numbers.prefix(4)) is not \(wanted); "
              + "give one for each of red, green and blue"))
      }
    }

    func encode(to encoder: any Encoder) throws { try numbers.encode(to: encoder) }
  }

  private enum CodingKeys: String, CodingKey {
    case encoder
    case dataset
    case weightDigest = "weight_digest"
    case model
    case stem
    case imageSize = "image_size"
    case maxImageMegapixels = "max_image_megapixels"
    case decoding = "decode"
    case channelMeans = "pixel_mean"
    case channelDeviations = "pixel_std"
    case precision
    case featureDimension = "feature_dim"
    case projectionDimension = "projection_dim"
    case epochs
    case seed
    case trainCount = "train_count"
    case testCount = "test_count"
    case validationCount = "validation_count"
    case imageDigest = "image_digest"
    case classNames = "class_names"
    case version
    case blasCore = "blas_core"
  }
}
