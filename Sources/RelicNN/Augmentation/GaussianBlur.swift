internal import Foundation

/// A Gaussian blur with reflected borders, as torchvision's `GaussianBlur` on a Pillow image.
///
/// torchvision convolves with the outer product in one pass; here rows follow columns. A value may
/// differ by 1 where the exact result lies within a rounding error of a half.
struct GaussianBlur {
  /// Pixels the kernel reaches to each side.
  let radius: Int

  private var scratch: [Float] = []

  /// Creates a blur with a kernel of `2 * radius + 1` pixels a side.
  init(radius: Int) { self.radius = radius }

  /// Blurs `image` with standard deviation `sigma`, in pixels.
  mutating func apply(sigma: Float, to image: inout PlanarImage) {
    var weights = (-radius...radius).map { expf(-0.5 * (Float($0) / sigma) * (Float($0) / sigma)) }
    let sum = weights.reduce(0, +)
    for i in weights.indices { weights[i] /= sum }
    image.blur(weights: weights, scratch: &scratch)
  }
}
