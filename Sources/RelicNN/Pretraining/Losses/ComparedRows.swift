/// Rows as logits compare them: divided by their lengths, `x̂ = x / ‖x‖`, or as they are.
struct ComparedRows {
  /// Shape `[n, d]`.
  let rows: Tensor
  /// ‖x‖ of each, `nil` if they are not normalised.
  private let lengths: [Float]?

  /// What a shorter row is divided by, as `torch.nn.functional.normalize` does.
  private static let leastLength: Float = 1e-12

  /// Takes the rows of `[n, d]`, normalised to length 1 if `normalizing`.
  init(_ x: Tensor, normalizing: Bool = true) {
    guard normalizing else {
      rows = x
      lengths = nil
      return
    }
    var rows = Tensor(uninitialized: x.shape)
    lengths = RowPass(rows: x.shape[0], grain: 32).mapRows(reading: x, writing: &rows) { _, x, y in
      var square = 0.0
      for index in x.indices { square += Double(x[index]) * Double(x[index]) }
      let length = Float(square.squareRoot())
      let divisor = max(length, Self.leastLength)
      for index in x.indices { y[index] = x[index] / divisor }
      return length
    }
    self.rows = rows
  }

  /// Returns `∂/∂x` for `d = ∂/∂x̂ / scale`: `dx = scale (d - x̂ (x̂ · d)) / ‖x‖`, or `scale d`.
  ///
  /// What a row shorter than the least length was divided by does not depend on the row: there
  /// `dx = scale d / 1e-12`.
  func backward(_ d: Tensor, scale: Float) -> Tensor {
    guard let lengths else { return d.scaled(by: scale) }
    var dx = d
    _ = RowPass(rows: lengths.count, grain: 32).mapRows(reading: rows, writing: &dx) { row, x, d in
      let divisor = max(lengths[row], Self.leastLength)
      var along = 0.0
      if lengths[row] >= Self.leastLength {
        for index in x.indices { along += Double(x[index]) * Double(d[index]) }
      }
      for index in x.indices {
        d[index] = scale * (d[index] - x[index] * Float(along)) / divisor
      }
    }
    return dx
  }
}
