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
  public var pixelMean: [Float]?
  /// What each channel was then divided by.
  public var pixelDeviation: [Float]?
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
    guard !isSame(encoder, other.encoder) || epochs != other.epochs else { return nil }
    return "\(text(self)), not \(text(other))"
  }

  private enum CodingKeys: String, CodingKey {
    case encoder
    case dataset
    case model
    case stem
    case imageSize = "image_size"
    case maxImageMegapixels = "max_image_megapixels"
    case decoding = "decode"
    case pixelMean = "pixel_mean"
    case pixelDeviation = "pixel_std"
    case precision
    case featureDimension = "feature_dim"
    case projectionDimension = "projection_dim"
    case epochs
    case seed
    case trainCount = "train_count"
    case testCount = "test_count"
    case validationCount = "validation_count"
    case classNames = "class_names"
    case version
    case blasCore = "blas_core"
  }
}
