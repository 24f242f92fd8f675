internal import CKernels

extension PlanarImage {
  /// Convolves each plane with the outer product of `weights`, reflecting at the borders without
  /// repeating them.
  ///
  /// - Parameters:
  ///   - weights: An odd number of weights, fewer on each side of the middle one than the image has
  ///     rows or columns.
  ///   - scratch: Memory that images of one size use again.
  mutating func blur(weights: [Float], scratch: inout [Float]) {
    let (width, height, radius) = (width, height, weights.count / 2)
    precondition(
      weights.count == 2 * radius + 1 && radius < min(width, height),
      "cannot reflect \(radius) pixels of \(width)x\(height)")
    let needed = (height + 2) * ((width + 15) / 16 * 16) + 2 * radius
    if scratch.count != needed { scratch = Array(repeating: 0, count: needed) }
    unsafe planes.withUnsafeMutableBufferPointer { planes in
      for channel in 0..<3 {
        unsafe relic_blur_plane(
          height, width, radius, weights,
          planes.baseAddress?.advanced(by: channel * width * height), &scratch)
      }
    }
  }
}
