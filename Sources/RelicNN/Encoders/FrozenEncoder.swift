/// An encoder whose weights no longer change, prepared once for inference on many batches.
///
/// In float32 it computes what the encoder does, to the same bits. In bfloat16, the products multiply
/// numbers of 8 bits of precision and sum floats, normalisation and activation work on these sums, and
/// what goes from layer to layer is rounded once. Features differ by some tenths of a percent.
public struct FrozenEncoder: Sendable {
  /// What it computes in: float32 if bfloat16 was asked for where the processor has no fast
  /// instructions for it, or of a network that has no form for it.
  public let precision: Precision

  /// The number of features of an image.
  public let featureCount: Int

  private let network: @Sendable (Tensor) -> Tensor

  /// Prepares an encoder with the weights that it has now.
  public init(_ encoder: some EncoderNetwork, precision: Precision) {
    featureCount = encoder.featureCount
    if precision == .bfloat16, Precision.hasFastBFloat16,
      let encoder = encoder as? any BFloat16Encoder
    {
      self.precision = .bfloat16
      let whole = encoder.inBFloat16
      network = { Self.inParts($0, whole) }
    } else {
      self.precision = .float32
      network = { encoder($0) }
    }
  }

  /// Pixels of a part of a batch.
  private static let partPixels = 1 << 16

  /// Returns the features of a batch by those of its parts, each on one worker through all layers:
  /// what goes from layer to layer stays in the cache.
  ///
  /// An image's features do not depend on those beside it.
  static func inParts(
    _ images: Tensor, _ network: @Sendable (Tensor) -> Tensor
  ) -> Tensor {
    let shape = ImageShape(images.shape)
    // A multiple of the usual numbers of workers.
    let parts = min(
      (shape.images * shape.pixels / partPixels + 2) / 4 * 4, shape.images)
    guard shape.leading.count == 1 && parts >= ThreadPool.workerCount && parts > 1 else {
      return network(images)
    }
    return .concatenated(
      parallelMap(parts) { part in
        network(
          images.rows((part * shape.images / parts)..<((part + 1) * shape.images / parts)))
      })
  }

  /// Returns features `[…, featureCount]` for images `[…, height, width, 3]`.
  public func callAsFunction(_ images: Tensor) -> Tensor { network(images) }
}

/// The numbers that the products of inference multiply; sums are float32.
public enum Precision: String, CaseIterable, Sendable {
  case float32
  case bfloat16

  /// Whether this processor has instructions for products of bfloat16 numbers (AVX512_BF16) that are
  /// faster than those of float32; Intel's processors with AVX512-FP16 are taken to have none.
  public static var hasFastBFloat16: Bool { BFloat16Product.isFast }
}

/// A network that has a form for inference in bfloat16.
protocol BFloat16Encoder: EncoderNetwork {
  /// The network with the weights that it has now, rounded.
  var inBFloat16: @Sendable (Tensor) -> Tensor { get }
}
