internal import CKernels
internal import COpenBLAS

/// A pass over samples for models of many classes.
///
/// Sums of gradients for each task would take more memory, and more time to add up, than the samples
/// themselves. Here a block of samples goes through the logits by tasks of some rows each, then into
/// the gradients by tasks of some outputs each, none of which writes where another does.
struct WidePass {
  /// A model that sees the samples.
  struct Model {
    /// Where its gradient and loss stand among others.
    let position: Int
    /// Weights `[classes, inputs]`, then intercepts `[classes]`.
    let point: [Double]
    /// A sample's weight by its class.
    let classWeights: [Double]
  }

  /// Rows that one task takes through the logits.
  private static let tileRows = 128
  /// Outputs and inputs of the part of a gradient that one task adds to.
  private static let (tileOutputs, tileInputs) = (128, 512)

  private let features: Features
  private let targets: [Int32]
  private let classes: Int
  private let inputs: Int
  private let blockRows: Int
  /// A block's samples `[rows, inputs]`.
  private let samples: Scratch
  /// What the logits become, `[rows, models, classes]`: the gradients of the losses by them.
  private let residuals: Scratch

  /// Whether models of these sizes are worked on faster so.
  static func suits(classes: Int, inputs: Int) -> Bool {
    classes >= 64 && classes * inputs >= 1 << 17
  }

  init(features: Features, targets: [Int32], classes: Int, models: Int) {
    self.features = features
    self.targets = targets
    self.classes = classes
    inputs = features.columns
    // Many rows to a product, as far as 64 MiB hold them.
    let fitting = (64 << 20) / 8 / (inputs + models * classes)
    let rows = min(max(fitting, 4 * Self.tileRows), 4096) / Self.tileRows * Self.tileRows
    blockRows = min(rows, max(features.rows, 1))
    samples = Scratch(count: blockRows * inputs)
    residuals = Scratch(count: blockRows * models * classes)
  }

  /// Adds the sums over the samples in `rows` to the gradients of the models, each
  /// `[classes, inputs]` and then `[classes]` at its position, and to their losses.
  func add(
    _ rows: [Int32], for models: [Model], to gradients: inout [Double], losses: inout [Double]
  ) {
    if models.isEmpty { return }
    for start in stride(from: 0, to: rows.count, by: blockRows) {
      let block = rows[start..<min(rows.count, start + blockRows)]
      addLosses(block, models, to: &gradients, &losses)
      addProducts(block.count, models, to: &gradients)
    }
  }

  /// Takes a block through the logits; adds losses and gradients of the intercepts.
  private func addLosses(
    _ rows: ArraySlice<Int32>, _ models: [Model], to gradients: inout [Double],
    _ losses: inout [Double]
  ) {
    let width = models.count * classes
    let weights = models.flatMap(\.classWeights)
    let tiles = (rows.count + Self.tileRows - 1) / Self.tileRows
    // Tiles are disjoint rows of both.
    let sums = parallelMap(tiles) { tile in
      let part = rows[(rows.startIndex + tile * Self.tileRows)...].prefix(Self.tileRows)
      let x = unsafe samples.pointer + tile * Self.tileRows * inputs
      let z = unsafe residuals.pointer + tile * Self.tileRows * width
      var sums = (losses: models.map { _ in 0.0 }, intercepts: Array(repeating: 0.0, count: width))
      unsafe features.copy(part, to: x)
      unsafe multiply(x, rows: part.count, models, into: z)
      unsafe relic_probe_softmax(
        part.count, models.count, classes, z, part.map { targets[Int($0)] }, weights,
        &sums.losses)
      for row in part.indices {
        let z = unsafe z + (row - part.startIndex) * width
        for output in 0..<width { unsafe sums.intercepts[output] += z[output] }
      }
      return sums
    }
    for sums in sums {
      for (index, model) in models.enumerated() {
        losses[model.position] += sums.losses[index]
        let intercepts = (model.position + 1) * classes * (inputs + 1) - classes
        for output in 0..<classes {
          gradients[intercepts + output] += sums.intercepts[index * classes + output]
        }
      }
    }
  }

  /// Writes the logits `[rows, models, classes]` of the samples `x`, `[rows, inputs]`, to `z`.
  private func multiply(
    _ x: UnsafePointer<Double>, rows: Int, _ models: [Model], into z: UnsafeMutablePointer<Double>
  ) {
    _ = BLAS.isSingleThreaded
    let width = models.count * classes
    for (index, model) in models.enumerated() {
      let z = unsafe z + index * classes
      unsafe model.point.withUnsafeBufferPointer { point in
        for row in 0..<rows {
          for output in 0..<classes {
            unsafe z[row * width + output] = point[classes * inputs + output]
          }
        }
        unsafe cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(classes),
          blasint(inputs), 1, x, blasint(inputs), point.baseAddress, blasint(inputs), 1, z,
          blasint(width))
      }
    }
  }

  /// Adds the products of a block's residuals and samples to the gradients of the weights.
  private func addProducts(_ rows: Int, _ models: [Model], to gradients: inout [Double]) {
    let width = models.count * classes
    let across = (inputs + Self.tileInputs - 1) / Self.tileInputs
    let down = (classes + Self.tileOutputs - 1) / Self.tileOutputs
    _ = BLAS.isSingleThreaded
    unsafe gradients.withUnsafeMutableBufferPointer { gradients in
      // Tiles are disjoint.
      nonisolated(unsafe) let gradients = unsafe gradients
      parallel(models.count * down * across) { task in
        let (index, tile) = (task / (down * across), task % (down * across))
        let output = tile / across * Self.tileOutputs
        let input = tile % across * Self.tileInputs
        let start = models[index].position * classes * (inputs + 1) + output * inputs + input
        unsafe cblas_dgemm(
          CblasRowMajor, CblasTrans, CblasNoTrans,
          blasint(min(Self.tileOutputs, classes - output)),
          blasint(min(Self.tileInputs, inputs - input)), blasint(rows), 1,
          residuals.pointer + index * classes + output, blasint(width), samples.pointer + input,
          blasint(inputs), 1, gradients.baseAddress?.advanced(by: start), blasint(inputs))
      }
    }
  }
}
