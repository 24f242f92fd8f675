extension RGBImage {
  /// Returns the whole image at the largest size that a square of `side` pixels holds, its sides in
  /// their ratio.
  ///
  /// A large one is resized as Pillow's `BILINEAR` does, a small one enlarged by whole pixels.
  package func fitted(in side: Int) -> RGBImage {
    precondition(side > 0, "a side of \(side)")
    let longer = max(width, height)
    if longer <= side { return enlarged(by: side / longer) }
    return resized(
      width: max(1, (width * side + longer / 2) / longer),
      height: max(1, (height * side + longer / 2) / longer))
  }

  private func enlarged(by factor: Int) -> RGBImage {
    if factor == 1 { return self }
    var enlarged: [UInt8] = []
    enlarged.reserveCapacity(factor * factor * pixels.count)
    for y in 0..<(factor * height) {
      for x in 0..<(factor * width) {
        let start = 3 * (y / factor * width + x / factor)
        enlarged += pixels[start..<(start + 3)]
      }
    }
    return RGBImage(width: factor * width, height: factor * height, pixels: enlarged)
  }

  private func resized(width newWidth: Int, height newHeight: Int) -> RGBImage {
    var planar = PlanarImage(width: newWidth, height: newHeight)
    var resize = Resize()
    resize.apply(
      CropRectangle(x: 0, y: 0, width: width, height: height), of: self, isMirrored: false,
      to: &planar)
    let area = planar.area
    let interleaved = (0..<area).flatMap { pixel in
      (0..<3).map { planar.planes[$0 * area + pixel] }
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: interleaved)
  }
}
