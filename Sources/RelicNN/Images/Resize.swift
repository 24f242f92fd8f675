internal import CKernels

/// Bilinear resizing with antialiasing, equal to Pillow's to the last bit.
///
/// Pillow 13's `Image.resize(size, BILINEAR)`: a triangle filter as wide as the scale, in 22-bit
/// fixed point, along one axis and then along the other, rounded to 8 bits after each. x comes
/// first, as in every Pillow before 13, unless the height loses more than twice the pixels that the
/// width does.
struct Resize {
  /// The weights of one axis.
  private struct Axis {
    let inputs: Int
    let taps: Int
    let starts: [Int32]
    let counts: [Int32]
    let weights: [Int32]

    init(from inputs: Int, to outputs: Int, mirrored: Bool) {
      self.inputs = inputs
      let scale = Double(inputs) / Double(outputs)
      let support = max(scale, 1)
      taps = Int(support.rounded(.up)) * 2 + 1
      var starts: [Int32] = []
      var counts: [Int32] = []
      var weights = [Int32](repeating: 0, count: outputs * taps)
      var row = [Double](repeating: 0, count: taps)
      for output in 0..<outputs {
        let place = mirrored ? outputs - 1 - output : output
        let center = (Double(place) + 0.5) * scale
        let start = max(Int(center - support + 0.5), 0)
        let count = min(Int(center + support + 0.5), inputs) - start
        var sum = 0.0
        for tap in 0..<count {
          let distance = abs((Double(tap + start) - center + 0.5) * (1 / support))
          row[tap] = distance < 1 ? 1 - distance : 0
          sum += row[tap]
        }
        for tap in 0..<count {
          weights[output * taps + tap] = Int32(0.5 + row[tap] / sum * Double(1 << 22))
        }
        starts.append(Int32(start))
        counts.append(Int32(count))
      }
      self.starts = starts
      self.counts = counts
      self.weights = weights
    }

    func withKernelAxis(_ body: (UnsafePointer<relic_resize_axis>) -> Void) {
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe counts.withUnsafeBufferPointer { counts in
          unsafe weights.withUnsafeBufferPointer { weights in
            var axis = unsafe relic_resize_axis(
              inputs: inputs, taps: taps, starts: starts.baseAddress,
              counts: counts.baseAddress, weights: weights.baseAddress)
            unsafe body(&axis)
          }
        }
      }
    }
  }

  private var rows: [UInt8] = []
  private var shortened: [UInt8] = []
  private var lastRow: [UInt8] = []
  private var sums: [Int32] = []

  /// Writes the part `crop` of `source` into `output`, at its size.
  ///
  /// - Parameters:
  ///   - crop: Cut out before resizing, so pixels outside it count for nothing.
  ///   - source: The image to read.
  ///   - isMirrored: Whether left and right change places.
  ///   - output: The image to fill.
  mutating func apply(
    _ crop: CropRectangle, of source: RGBImage, isMirrored: Bool, to output: inout PlanarImage
  ) {
    precondition(
      crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0
        && crop.x + crop.width <= source.width && crop.y + crop.height <= source.height,
      "crop \(crop) leaves an image of \(source.width)x\(source.height)")
    let offset = 3 * (crop.y * source.width + crop.x)
    let isShortenedFirst =
      crop.height - output.height > max(0, 2 * (crop.width - output.width))
    unsafe source.pixels.withUnsafeBufferPointer { pixels in
      guard let start = unsafe pixels.baseAddress?.advanced(by: offset) else { return }
      let rowBytes = 3 * source.width
      if isShortenedFirst {
        unsafe shorten(crop, from: start, rowBytes: rowBytes, to: output.height)
        let short = CropRectangle(x: 0, y: 0, width: crop.width, height: output.height)
        unsafe fill(
          &output, from: shortened, of: short, rowBytes: 3 * crop.width, isMirrored: isMirrored)
      } else {
        unsafe fill(&output, from: start, of: crop, rowBytes: rowBytes, isMirrored: isMirrored)
      }
    }
  }

  /// Resizes `crop` along y alone into `shortened`, interleaved.
  private mutating func shorten(
    _ crop: CropRectangle, from start: UnsafePointer<UInt8>, rowBytes: Int, to height: Int
  ) {
    let values = 3 * crop.width
    reserve(&shortened, height * values)
    reserve(&sums, values)
    unsafe Axis(from: crop.height, to: height, mirrored: false).withKernelAxis { axis in
      unsafe relic_resize_height(axis, height, values, start, rowBytes, &sums, &shortened)
    }
  }

  /// Resizes along x and then along y.
  private mutating func fill(
    _ output: inout PlanarImage, from start: UnsafePointer<UInt8>, of crop: CropRectangle,
    rowBytes: Int, isMirrored: Bool
  ) {
    let (width, height) = (output.width, output.height)
    reserve(&rows, crop.height * 4 * width)
    reserve(&lastRow, 3 * crop.width + 1)
    reserve(&sums, 4 * width)
    unsafe Axis(from: crop.width, to: width, mirrored: isMirrored).withKernelAxis { axis in
      unsafe relic_resize_rows(axis, crop.height, width, start, rowBytes, &lastRow, &rows)
    }
    unsafe output.withMutablePlanes { planes in
      unsafe Axis(from: crop.height, to: height, mirrored: false).withKernelAxis { axis in
        unsafe relic_resize_columns(axis, height, width, rows, &sums, planes)
      }
    }
  }

  private func reserve<Element: FixedWidthInteger>(_ buffer: inout [Element], _ count: Int) {
    if buffer.count < count { buffer = Array(repeating: 0, count: count) }
  }
}
