/// A tensor of a weight file: a view of a storage.
struct TorchView {
  /// The most axes that PyTorch's operations take, ATen's `dim_bitset_size`.
  static let largestRank = 64

  let type: TorchType
  /// Where the storage lies.
  let region: FileRegion
  /// Numbers of the storage before the first one of the view.
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// A view that does not fit its storage.
  struct Misfit: Error { let reason: String }

  init(
    type: TorchType, region: FileRegion, offset: Int, shape: [Int], strides: [Int]
  ) throws(Misfit) {
    guard shape.count <= Self.largestRank else {
      throw Misfit(reason: "is no tensor of at most \(Self.largestRank) axes")
    }
    guard shape.count == strides.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }),
      shape.elementCount != nil
    else {
      throw Misfit(reason: "of shape \(shape) has strides \(strides) and offset \(offset)")
    }
    self.type = type
    self.region = region
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// The number of elements.
  var count: Int { shape.reduce(1, *) }

  /// Returns the numbers, which are of `element`'s type.
  func value(_ element: ElementType, from file: ByteFile) throws -> StateDict.Value {
    if count == 0 { return try element.value(of: file, at: region.offset, shape: shape) }
    let held = region.count / element.width
    let span = try span()
    guard offset < held, span <= held - offset else {
      throw Misfit(reason: "reaches beyond its \(region.count) bytes")
    }
    let start = region.offset + offset * element.width
    if span == count, isContiguous {
      return try element.value(of: file, at: start, shape: shape)
    }
    let bytes = try file.bytes(at: start, count: span * element.width)
    return element.value(gathered(bytes, width: element.width), shape: shape)
  }

  /// The numbers from the first to the last of the view.
  private func span() throws(Misfit) -> Int {
    var last = 0
    for (extent, stride) in zip(shape, strides) {
      let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflowToo) = last.addingReportingOverflow(reach)
      guard !overflow, !overflowToo, sum < Int.max else {
        throw Misfit(reason: "has strides \(strides)")
      }
      last = sum
    }
    return last + 1
  }

  private var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent > 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// The bytes of the elements in row-major order.
  private func gathered(_ bytes: [UInt8], width: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count * width)
    var index = Array(repeating: 0, count: shape.count)
    for _ in 0..<count {
      let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } * width
      result += bytes[place..<(place + width)]
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return result
  }
}
