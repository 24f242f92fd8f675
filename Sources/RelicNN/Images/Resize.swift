internal import CKernels

/// Bilinear resizing with antialiasing, equal to Pillow's to the last bit.
///
/// Pillow's `Image.resize(size, BILINEAR)`: a triangle filter as wide as the scale, in 22-bit fixed
/// point, along x and then along y, rounded to 8 bits after each.
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
    let (width, height) = (output.width, output.height)
    let across = Axis(from: crop.width, to: width, mirrored: isMirrored)
    let down = Axis(from: crop.height, to: height, mirrored: false)
    reserve(&rows, crop.height * 4 * width)
    reserve(&lastRow, 3 * crop.width + 1)
    reserve(&sums, 4 * width)
    let offset = 3 * (crop.y * source.width + crop.x)
    unsafe source.pixels.withUnsafeBufferPointer { pixels in
      unsafe across.withKernelAxis { axis in
        unsafe relic_resize_rows(
          axis, crop.height, width, pixels.baseAddress?.advanced(by: offset), 3 * source.width,
          &lastRow, &rows)
      }
    }
    unsafe output.withMutablePlanes { planes in
      unsafe down.withKernelAxis { axis in
        unsafe relic_resize_columns(axis, height, width, rows, &sums, planes)
      }
    }
  }

  private func reserve<Element: FixedWidthInteger>(_ buffer: inout [Element], _ count: Int) {
    if buffer.count < count { buffer = Array(repeating: 0, count: count) }
  }
}
