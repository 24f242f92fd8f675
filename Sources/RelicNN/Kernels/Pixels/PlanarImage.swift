internal import CKernels

/// The 8-bit image a view is made from step by step: its red, green and blue planes in turn.
struct PlanarImage: Equatable {
  let width: Int
  let height: Int
  var planes: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    planes = Array(repeating: 0, count: 3 * width * height)
  }

  /// The pixels of one plane.
  var area: Int { width * height }

  /// Writes the image as `[height, width, 3]`, values in [0, 1].
  func write(into destination: inout MutableSpan<Float>) {
    precondition(
      destination.count == planes.count,
      "\(destination.count) floats cannot hold an image of \(planes.count)")
    unsafe destination.withUnsafeMutableBufferPointer { destination in
      unsafe relic_planes_to_float(area, planes, destination.baseAddress)
    }
  }
}
