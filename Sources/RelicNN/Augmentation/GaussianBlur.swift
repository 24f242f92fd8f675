internal import CKernels
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
    let (width, height, radius) = (image.width, image.height, radius)
    precondition(
      radius < min(width, height), "cannot reflect \(radius) pixels of \(width)x\(height)")
    var weights = (-radius...radius).map { expf(-0.5 * (Float($0) / sigma) * (Float($0) / sigma)) }
    let sum = weights.reduce(0, +)
    for i in weights.indices { weights[i] /= sum }
    let needed = (height + 2) * ((width + 15) / 16 * 16) + 2 * radius
    if scratch.count != needed { scratch = Array(repeating: 0, count: needed) }
    unsafe image.withMutablePlanes { planes in
      for channel in 0..<3 {
        unsafe relic_blur_plane(
          height, width, radius, weights, planes?.advanced(by: channel * width * height),
          &scratch)
      }
    }
  }
}
