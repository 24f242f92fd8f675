internal import CKernels

/// The softmax of every row of a matrix.
struct Softmax {
  /// Shape of the matrix, as is the next one.
  let probabilities: Tensor
  let logarithms: Tensor

  /// Computes the softmax of every row of `[rows, columns]`.
  init(ofRows logits: Tensor) {
    let (rows, columns) = (logits.shape[0], logits.shape[1])
    var probabilities = Tensor(uninitialized: logits.shape)
    var logarithms = probabilities
    unsafe RowPass(rows: rows, grain: 32).withPointers(
      writing: &probabilities, &logarithms, reading: logits
    ) { chunk, p, logs, x in
      unsafe relic_softmax(chunk.rows.count, columns, x, p, logs)
    }
    (self.probabilities, self.logarithms) = (probabilities, logarithms)
  }
}
