internal import COpenBLAS

/// The weights of one or more linear models side by side, `z = x W + b` for all of them at once.
///
/// Rows are worked on in blocks that stay in a core's second-level cache and, as long as the models
/// are narrow, small enough for the BLAS to multiply them without packing.
struct Panel {
  /// The number of features.
  let inputs: Int
  /// The number of logits of all models together.
  let outputs: Int
  /// W, `[inputs, outputs]`.
  let weights: [Double]
  /// b, `[outputs]`.
  let intercepts: [Double]

  /// Puts models side by side, each given by weights `[logits, inputs]` and then intercepts.
  init(inputs: Int, models: [ArraySlice<Double>]) {
    self.inputs = inputs
    outputs = models.reduce(0) { $0 + $1.count / (inputs + 1) }
    var weights = Array(repeating: 0.0, count: inputs * outputs)
    var intercepts: [Double] = []
    intercepts.reserveCapacity(outputs)
    var first = 0
    for model in models {
      let count = model.count / (inputs + 1)
      for output in 0..<count {
        let row = model[(model.startIndex + output * inputs)...].prefix(inputs)
        var position = first + output
        for weight in row {
          weights[position] = weight
          position += outputs
        }
      }
      intercepts += model.suffix(count)
      first += count
    }
    self.weights = weights
    self.intercepts = intercepts
  }

  /// The number of rows that logits are taken of at a time.
  var block: Int { Self.blockRows(inputs: inputs, outputs: outputs) }

  /// The number of rows to work on at a time.
  static func blockRows(inputs: Int, outputs: Int) -> Int {
    // OpenBLAS multiplies without packing while the product of the three sizes is at most 100^3.
    let unpacked = 1_000_000 / max(1, outputs * min(inputs, featureChunk))
    // Wide models are worth packing: then more rows share it.
    if unpacked < 16 { return 256 }
    let cached = 65_536 / max(1, inputs)
    return max(16, min(unpacked, cached, 192) / 8 * 8)
  }

  /// Features multiplied at a time.
  static let featureChunk = 512

  /// Writes the logits `[rows, outputs]` of the samples `x`, `[rows, inputs]`, to `z`.
  func multiply(_ x: UnsafePointer<Double>, rows: Int, into z: UnsafeMutablePointer<Double>) {
    _ = BLAS.isSingleThreaded
    for row in 0..<rows {
      for output in 0..<outputs { unsafe z[row * outputs + output] = intercepts[output] }
    }
    unsafe weights.withUnsafeBufferPointer { weights in
      for first in stride(from: 0, to: inputs, by: Self.featureChunk) {
        unsafe cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(outputs),
          blasint(min(Self.featureChunk, inputs - first)), 1, x + first, blasint(inputs),
          weights.baseAddress?.advanced(by: first * outputs), blasint(outputs), 1, z,
          blasint(outputs))
      }
    }
  }

  /// Adds `gᵀ x` to `total`, `[outputs, inputs]`, for `g` of shape `[rows, outputs]`.
  func accumulate(
    _ g: UnsafePointer<Double>, _ x: UnsafePointer<Double>, rows: Int,
    into total: UnsafeMutablePointer<Double>
  ) {
    for first in stride(from: 0, to: inputs, by: Self.featureChunk) {
      unsafe cblas_dgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, blasint(outputs),
        blasint(min(Self.featureChunk, inputs - first)), blasint(rows), 1, g, blasint(outputs),
        x + first, blasint(inputs), 1, total + first, blasint(inputs))
    }
  }

  /// Returns the logits `[rows.count, outputs]` of the samples in `rows`.
  func logits(_ features: Features, rows: [Int32]) -> Matrix {
    precondition(
      features.columns == inputs, "\(features.columns) features given to a model of \(inputs)")
    var result = Matrix(rows: rows.count, columns: outputs)
    unsafe result.elements.withUnsafeMutableBufferPointer { elements in
      guard let destination = elements.baseAddress else { return }
      // Tasks write disjoint blocks of rows.
      nonisolated(unsafe) let z = unsafe destination
      parallel((rows.count + block - 1) / block) { task in
        let part = rows[(task * block)..<min(rows.count, (task + 1) * block)]
        unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: block * inputs) { x in
          guard let x = x.baseAddress else { return }
          unsafe features.copy(part, to: x)
          unsafe multiply(x, rows: part.count, into: z + task * block * outputs)
        }
      }
    }
    return result
  }
}
