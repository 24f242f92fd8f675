internal import CKernels
internal import COpenBLAS

/// The weights of linear models side by side in single precision; sums over many samples are taken in
/// double precision.
struct SinglePanel {
  let inputs: Int
  let outputs: Int
  /// W, `[inputs, outputs]`.
  private let weights: [Float]
  /// b, `[outputs]`.
  private let intercepts: [Double]

  /// Rounds the weights of a panel.
  init(_ panel: Panel) {
    inputs = panel.inputs
    outputs = panel.outputs
    weights = panel.weights.map(Float.init)
    intercepts = panel.intercepts
  }

  /// Rows whose products are summed up in single precision.
  static let sumRows = 1024

  /// Writes the logits `[rows, outputs]` of the samples `x`, `[rows, inputs]`, to `z`, by way of
  /// `products`, as many.
  func multiply(
    _ x: UnsafePointer<Float>, rows: Int, by products: UnsafeMutablePointer<Float>,
    into z: UnsafeMutablePointer<Double>
  ) {
    _ = BLAS.isSingleThreaded
    unsafe weights.withUnsafeBufferPointer { weights in
      for first in stride(from: 0, to: inputs, by: Panel.featureChunk) {
        unsafe cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(outputs),
          blasint(min(Panel.featureChunk, inputs - first)), 1, x + first, blasint(inputs),
          weights.baseAddress?.advanced(by: first * outputs), blasint(outputs),
          first == 0 ? 0 : 1, products, blasint(outputs))
      }
    }
    for row in 0..<rows {
      for output in 0..<outputs {
        let index = row * outputs + output
        unsafe z[index] = Double(products[index]) + intercepts[output]
      }
    }
  }

  /// Adds `gᵀ x` to `total`, `[outputs, inputs]`, or writes it there if it `isFirst`, for `g` of shape
  /// `[rows, outputs]`, which is rounded to `rounded`.
  func accumulate(
    _ g: UnsafePointer<Double>, _ x: UnsafePointer<Float>, rows: Int, isFirst: Bool,
    by rounded: UnsafeMutablePointer<Float>, into total: UnsafeMutablePointer<Float>
  ) {
    unsafe relic_probe_narrow(rows * outputs, g, rounded)
    for first in stride(from: 0, to: inputs, by: Panel.featureChunk) {
      unsafe cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, blasint(outputs),
        blasint(min(Panel.featureChunk, inputs - first)), blasint(rows), 1, rounded,
        blasint(outputs), x + first, blasint(inputs), isFirst ? 0 : 1, total + first,
        blasint(inputs))
    }
  }
}
