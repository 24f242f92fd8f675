internal import CKernels

/// Resizes interleaved 8-bit RGB, rounding to 8 bits after each axis, and keeps its memory for the
/// next image.
struct ResizePasses {
  private var rows: [UInt8] = []
  private var lastRow: [UInt8] = []
  private var sums: [Int32] = []

  /// Resizes along x and then along y.
  ///
  /// - Parameters:
  ///   - image: Filled; its size is what the axes lead to.
  ///   - source: Rows of pixels.
  ///   - stride: Bytes from the beginning of a row to that of the next.
  ///   - x: The axis along a row.
  ///   - y: The axis along a column.
  mutating func fill(
    _ image: inout PlanarImage, from source: Span<UInt8>, stride: Int, along x: ResizeAxis,
    _ y: ResizeAxis
  ) {
    precondition(
      x.outputs == image.width && y.outputs == image.height,
      "\(x.outputs)x\(y.outputs) pixels do not fill \(image.width)x\(image.height)")
    check(source, stride: stride, width: x.inputs, height: y.inputs)
    let width = image.width
    reserve(&rows, y.inputs * 4 * width)
    reserve(&lastRow, 3 * x.inputs + 1)
    reserve(&sums, 4 * width)
    unsafe source.withUnsafeBufferPointer { source in
      unsafe x.withKernelAxis { axis in
        unsafe relic_resize_rows(
          axis, y.inputs, width, source.baseAddress, stride, &lastRow, &rows)
      }
    }
    unsafe y.withKernelAxis { axis in
      unsafe relic_resize_columns(axis, y.outputs, width, rows, &sums, &image.planes)
    }
  }

  /// Resizes along y alone, into as many interleaved rows of `width` pixels without gaps.
  ///
  /// - Parameters:
  ///   - source: Rows of `width` pixels.
  ///   - stride: Bytes from the beginning of a row to that of the next.
  ///   - width: Pixels in a row.
  ///   - y: The axis along a column.
  ///   - result: Grows where it is too small.
  mutating func shorten(
    _ source: Span<UInt8>, stride: Int, width: Int, along y: ResizeAxis,
    into result: inout [UInt8]
  ) {
    check(source, stride: stride, width: width, height: y.inputs)
    let values = 3 * width
    reserve(&result, y.outputs * values)
    reserve(&sums, values)
    unsafe source.withUnsafeBufferPointer { source in
      unsafe y.withKernelAxis { axis in
        unsafe relic_resize_height(
          axis, y.outputs, values, source.baseAddress, stride, &sums, &result)
      }
    }
  }

  private func check(_ source: Span<UInt8>, stride: Int, width: Int, height: Int) {
    precondition(
      stride >= 3 * width && source.count >= (height - 1) * stride + 3 * width,
      "\(source.count) bytes, \(stride) a row, do not hold \(width)x\(height) pixels")
  }

  private func reserve<Element: FixedWidthInteger>(_ buffer: inout [Element], _ count: Int) {
    if buffer.count < count { buffer = Array(repeating: 0, count: count) }
  }
}
