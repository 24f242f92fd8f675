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

  /// Whether the products of training multiply bfloat16 numbers for an input of a shape, where their
  /// precision is that.
  func takesBFloat16(_ shape: [Int]) -> Bool

  /// Returns the output of an input in either form, and adds its pixels to the moments.
  func output(
    _ x: borrowing ConvolutionCache, moments: borrowing BatchMoments
  ) -> ConvolutionOutput

  /// Returns `dx` for `dy` in the input's form, added to a sum of its shape if there is one.
  mutating func backward(
    _ dy: consuming ConvolutionCache, _ cache: consuming ConvolutionCache,
    addedTo sum: consuming Tensor?
  ) -> Tensor

  /// Adds to the weight's gradient alone for `dy` in the input's form, for a layer whose input needs no
  /// gradient.
  mutating func backwardWeight(
    _ dy: borrowing ConvolutionCache, _ cache: borrowing ConvolutionCache)
}

extension Convolution {
  /// The same for `dy` in single precision.
  package mutating func backwardWeight(_ dy: Tensor, _ cache: borrowing ConvolutionCache) {
    backwardWeight(ConvolutionCache(dy).converted(isRounded: cache.isRounded), cache)
  }
}
