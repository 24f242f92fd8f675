internal import CKernels

extension Tensor {
  /// The transpose of a matrix.
  var transposed: Tensor {
    precondition(shape.count == 2, "a matrix has a transpose, \(shape) has none")
    let (rows, columns) = (shape[0], shape[1])
    var result = Tensor(uninitialized: [columns, rows])
    unsafe RowPass.whole.withPointers(writing: &result, reading: self) { _, target, source in
      parallelRows(rows, grain: 32) { range in
        let first = range.lowerBound
        unsafe relic_transpose(
          range.count, columns, source + first * columns, columns, target + first, rows)
      }
    }
    return result
  }
}
