internal import CKernels

/// The mean over height and width, torchvision's `avgpool` and `flatten`.
public struct GlobalAveragePool: Layer {
  /// The shape of the input.
  public struct Cache: Sendable {
    let inputShape: [Int]
  }

  /// Creates a layer without parameters.
  public init() {}

  /// Returns `[batch, channels]` for `x` of shape `[batch, height, width, channels]`.
  public func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    precondition(x.shape.count == 4, "[batch, height, width, channels], not \(x.shape)")
    let (batch, channels) = (x.shape[0], x.shape[3])
    let pixels = x.shape[1] * x.shape[2]
    var y = Tensor(uninitialized: [batch, channels])
    unsafe y.withMutableElements { y in
      unsafe x.withElements { x in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        parallelRows(batch, grain: 16) { images in
          for image in images {
            unsafe relic_mean_rows(
              pixels, channels, x + image * pixels * channels, y + image * channels)
          }
        }
      }
    }
    return y
  }

  /// Returns `[batch, channels]` for `x` of shape `[batch, height, width, channels]`.
  public func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    (self(x, .batch(views: views)), Cache(inputShape: x.shape))
  }

  /// Returns `dx` of the shape of the input: `dy / pixels` at every pixel.
  public func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    let shape = cache.inputShape
    let pixels = shape[1] * shape[2]
    let channels = shape[3]
    let share = 1 / Float(pixels)
    var dx = Tensor(uninitialized: shape)
    let gradient = dy
    unsafe dx.withMutableElements { dx in
      unsafe gradient.withElements { dy in
        guard let dx = dx.baseAddress, let dy = dy.baseAddress else { return }
        parallelRows(shape[0] * pixels, grain: 256) { rows in
          for row in rows {
            let source = unsafe dy + row / pixels * channels
            let destination = unsafe dx + row * channels
            for channel in 0..<channels {
              unsafe destination[channel] = source[channel] * share
            }
          }
        }
      }
    }
    return dx
  }

  /// Visits nothing.
  public func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {}
}
