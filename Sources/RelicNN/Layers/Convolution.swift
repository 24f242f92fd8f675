/// A convolution without bias, full or depthwise.
package protocol Convolution: Layer where Cache == ConvolutionCache {
  /// Channels of the output.
  var outputs: Int { get }

  /// Returns the output's shape for an input's.
  func outputShape(_ shape: [Int]) -> [Int]

  /// Returns `[…, outHeight, outWidth, outputs]`, and calls `finish` on ranges of the output's
  /// pixels while they are in the cache of the worker that made them.
  ///
  /// The ranges depend on the shapes alone; together they cover every pixel once.
  func callAsFunction(_ x: Tensor, finish: (borrowing FinishedPixels) -> Void) -> Tensor

  /// Returns `x` as the products of training multiply it.
  func operand(_ x: ConvolutionCache, _ precision: TrainingPrecision) -> ConvolutionCache

  /// Returns the output of such an input.
  func callAsFunction(
    _ x: borrowing ConvolutionCache, finish: (borrowing FinishedPixels) -> Void
  ) -> Tensor

  /// Adds to the weight's gradient alone, for a layer whose input needs none.
  mutating func backwardWeight(_ dy: borrowing Tensor, _ cache: borrowing ConvolutionCache)
}
