/// Pixels of a convolution's output that a worker has completed and still has in its cache.
///
/// Not copyable, so that they cannot outlive the call they are handed to.
@safe package struct FinishedPixels: ~Copyable {
  /// The first pixel of the whole output.
  let output: UnsafeMutablePointer<Float>
  /// Which pixels, counted over all images.
  let range: Range<Int>

  init(_ range: Range<Int>, of output: UnsafeMutablePointer<Float>) {
    unsafe self.output = output
    self.range = range
  }
}
