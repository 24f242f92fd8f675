/// Rows divided by their lengths: `x̂ = x / ‖x‖`.
struct NormalizedRows {
  /// Shape `[n, d]`, each of length 1.
  let rows: Tensor
  /// What each was divided by, at least 1e-12, as `torch.nn.functional.normalize`.
  private let lengths: [Float]

  /// Normalises the rows of `[n, d]`.
  init(_ x: Tensor) {
    var rows = Tensor(uninitialized: x.shape)
    lengths = RowPass(rows: x.shape[0], grain: 32).mapRows(reading: x, writing: &rows) { _, x, y in
      var square = 0.0
      for index in x.indices { square += Double(x[index]) * Double(x[index]) }
      let length = max(Float(square.squareRoot()), 1e-12)
      for index in x.indices { y[index] = x[index] / length }
      return length
    }
    self.rows = rows
  }

  /// Returns `∂/∂x` for `d = ∂/∂x̂ / scale`: `dx = scale (d - x̂ (x̂ · d)) / ‖x‖`.
  func backward(_ d: Tensor, scale: Float) -> Tensor {
    var dx = d
    _ = RowPass(rows: lengths.count, grain: 32).mapRows(reading: rows, writing: &dx) { row, x, d in
      var along = 0.0
      for index in x.indices { along += Double(x[index]) * Double(d[index]) }
      for index in x.indices {
        d[index] = scale * (d[index] - x[index] * Float(along)) / lengths[row]
      }
    }
    return dx
  }
}
