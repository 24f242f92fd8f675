/// Numbers that a pass reads as floats, a few at a time, whatever they are kept as.
protocol FloatSource: Sendable {
  /// The number of elements.
  var count: Int { get }

  /// Returns where a range of the elements lies in floats: where they are, or in `scratch`, into which
  /// they are widened and which has room for eight more than there are.
  @unsafe func floats(
    _ range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float>
}

extension Tensor: FloatSource {
  @unsafe func floats(
    _ range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    unsafe start + range.lowerBound
  }
}
