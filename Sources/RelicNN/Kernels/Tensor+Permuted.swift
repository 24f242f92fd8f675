extension Tensor {
  /// Returns the tensor whose axis i is axis `axes[i]` of this one.
  func permuted(to axes: [Int]) -> Tensor {
    precondition(axes.sorted() == Array(shape.indices), "\(axes) is no order of \(shape)")
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let outer = axes.map { shape[$0] }
    let steps = axes.map { strides[$0] }
    var result = Tensor(uninitialized: outer)
    unsafe RowPass.whole.withPointers(writing: &result, reading: self) { _, destination, source in
      var index = Array(repeating: 0, count: outer.count)
      var offset = 0
      for place in 0..<count {
        unsafe destination[place] = source[offset]
        var axis = outer.count - 1
        while axis >= 0 {
          index[axis] += 1
          offset += steps[axis]
          if index[axis] < outer[axis] { break }
          offset -= steps[axis] * outer[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
    return result
  }
}
