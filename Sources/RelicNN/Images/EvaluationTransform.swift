/// Turns whole images into what a frozen encoder sees: resized, values in [0, 1].
public struct EvaluationTransform: Sendable {
  /// The side of the result, in pixels.
  public let size: Int

  /// Creates a transform to images of `size` pixels a side.
  public init(size: Int) { self.size = size }

  /// Returns `source` as a tensor of shape `[size, size, 3]`.
  public func callAsFunction(_ source: RGBImage) -> Tensor {
    var result = Tensor(uninitialized: [size, size, 3])
    RowPass.whole.forEachChunk(writing: &result) { _, elements in write(source, into: &elements) }
    return result
  }

  /// Writes `source` as `[size, size, 3]` into `destination`.
  func write(_ source: RGBImage, into destination: inout MutableSpan<Float>) {
    var image = PlanarImage(width: size, height: size)
    var resize = Resize()
    resize.apply(
      CropRectangle(x: 0, y: 0, width: source.width, height: source.height), of: source,
      isMirrored: false, to: &image)
    image.write(into: &destination)
  }
}
