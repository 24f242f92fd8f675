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
    /// Which one it is among those whose sums are taken.
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
  /// Rows that go through the pass together.
  let blockRows: Int
  private let memory: Memory

  /// A block's samples `[rows, inputs]`, and what its logits become, `[rows, models, classes]`: the
  /// gradients of the losses by them.
  private enum Memory {
    case double(samples: Scratch<Double>, residuals: Scratch<Double>)
    case single(samples: Scratch<Float>, residuals: Scratch<Float>)
  }

  /// Whether models of these sizes are worked on faster so.
  static func suits(classes: Int, inputs: Int) -> Bool {
    classes >= 64 && classes * inputs >= 1 << 17
  }

  init(
    features: Features, targets: [Int32], classes: Int, models: Int,
    precision: LogisticRegression.Precision
  ) {
    self.features = features
    self.targets = targets
    self.classes = classes
    inputs = features.columns
    // Many rows to a product, as far as 64 MiB hold them.
    let fitting = (64 << 20) / 8 / (inputs + models * classes)
    let rows = min(max(fitting, 4 * Self.tileRows), 4096) / Self.tileRows * Self.tileRows
    blockRows = min(rows, max(features.rows, 1))
    let (samples, residuals) = (blockRows * inputs, blockRows * models * classes)
    memory =
      precision == .float64
      ? .double(samples: Scratch(count: samples), residuals: Scratch(count: residuals))
      : .single(samples: Scratch(count: samples), residuals: Scratch(count: residuals))
  }

  /// Adds the sums over the samples in `rows` for the models.
  func add(
    _ rows: ArraySlice<Int32>, for models: [Model], to sums: UnsafeMutablePointer<Double>,
    _ layout: ModelSums
  ) {
    if models.isEmpty || rows.isEmpty { return }
    // As few blocks as can be, of about as many rows each.
    let blocks = (rows.count + blockRows - 1) / blockRows
    let tiles = (rows.count + blocks * Self.tileRows - 1) / (blocks * Self.tileRows)
    for start in stride(from: rows.startIndex, to: rows.endIndex, by: tiles * Self.tileRows) {
      let block = rows[start..<min(rows.endIndex, start + tiles * Self.tileRows)]
      unsafe addLosses(block, models, to: sums, layout)
      unsafe addProducts(block, models, to: sums, layout)
    }
  }

  /// Takes a block through the logits; adds losses and gradients of the intercepts.
  private func addLosses(
    _ rows: ArraySlice<Int32>, _ models: [Model], to sums: UnsafeMutablePointer<Double>,
    _ layout: ModelSums
  ) {
    let width = models.count * classes
    let weights = models.flatMap(\.classWeights)
    let points = points(of: models)
    let isInPlace = features.areSinglesInPlace(rows)
    // Tiles are disjoint rows.
    let tiles = parallelMap((rows.count + Self.tileRows - 1) / Self.tileRows) { tile in
      let part = rows[(rows.startIndex + tile * Self.tileRows)...].prefix(Self.tileRows)
      var sums = (losses: models.map { _ in 0.0 }, intercepts: Array(repeating: 0.0, count: width))
      unsafe withResiduals(part, tile: tile, points, isInPlace: isInPlace) { z in
        unsafe relic_probe_softmax(
          part.count, models.count, classes, z, part.map { targets[Int($0)] }, weights,
          &sums.losses)
        for row in 0..<part.count {
          for output in 0..<width { unsafe sums.intercepts[output] += z[row * width + output] }
        }
      }
      return sums
    }
    for tile in tiles {
      for (index, model) in models.enumerated() {
        unsafe sums[layout.loss(model.position)] += tile.losses[index]
        let intercepts = unsafe sums + layout.intercepts(model.position)
        for output in 0..<classes {
          unsafe intercepts[output] += tile.intercepts[index * classes + output]
        }
      }
    }
  }

  /// Weights `[classes, inputs]` of each model as products take them, and all intercepts
  /// `[models, classes]`.
  private struct Points {
    var double: [[Double]] = []
    var single: [[Float]] = []
    var intercepts: [Double] = []
  }

  private func points(of models: [Model]) -> Points {
    var points = Points()
    points.intercepts = models.flatMap { $0.point.suffix(classes) }
    switch memory {
    case .double: points.double = models.map(\.point)
    case .single:
      points.single = models.map { $0.point.prefix(classes * inputs).map(Float.init) }
    }
    return points
  }

  /// Calls `body` with the logits `[rows, models, classes]` of the samples in `rows` and keeps what
  /// it makes of them as the residuals of the tile.
  private func withResiduals(
    _ rows: ArraySlice<Int32>, tile: Int, _ points: Points, isInPlace: Bool,
    _ body: (UnsafeMutablePointer<Double>) -> Void
  ) {
    let (first, width) = (tile * Self.tileRows, points.intercepts.count)
    let (m, n, k) = (blasint(rows.count), blasint(classes), blasint(inputs))
    _ = BLAS.isSingleThreaded
    switch memory {
    case .double(let samples, let residuals):
      let x = unsafe samples.pointer + first * inputs
      let z = unsafe residuals.pointer + first * width
      unsafe features.copy(rows, to: x)
      for row in 0..<rows.count {
        for output in 0..<width { unsafe z[row * width + output] = points.intercepts[output] }
      }
      for (index, weights) in points.double.enumerated() {
        unsafe cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x, k, weights, k, 1,
          z + index * classes, blasint(width))
      }
      unsafe body(z)
    case .single(let samples, let residuals):
      let room = unsafe samples.pointer + first * inputs
      let products = unsafe residuals.pointer + first * width
      if !isInPlace { unsafe features.copy(rows, to: room) }
      let multiply = { (x: UnsafePointer<Float>) in
        for (index, weights) in points.single.enumerated() {
          unsafe cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, x, k, weights, k, 0,
            products + index * classes, blasint(width))
        }
      }
      if isInPlace {
        unsafe features.withSingles(rows, room: room, multiply)
      } else {
        unsafe multiply(room)
      }
      let z = Scratch<Double>(count: rows.count * width)
      for row in 0..<rows.count {
        for output in 0..<width {
          let index = row * width + output
          unsafe z.pointer[index] = Double(products[index]) + points.intercepts[output]
        }
      }
      unsafe body(z.pointer)
      unsafe relic_probe_narrow(rows.count * width, z.pointer, products)
    }
  }

  /// Adds the products of a block's residuals and samples to the gradients of the weights.
  private func addProducts(
    _ rows: ArraySlice<Int32>, _ models: [Model], to sums: UnsafeMutablePointer<Double>,
    _ layout: ModelSums
  ) {
    let across = (inputs + Self.tileInputs - 1) / Self.tileInputs
    let down = (classes + Self.tileOutputs - 1) / Self.tileOutputs
    let isInPlace = features.areSinglesInPlace(rows)
    // Tiles are disjoint.
    nonisolated(unsafe) let sums = unsafe sums
    parallel(models.count * down * across) { task in
      let (index, tile) = (task / (down * across), task % (down * across))
      let output = tile / across * Self.tileOutputs
      let input = tile % across * Self.tileInputs
      let total =
        unsafe sums + layout.weights(models[index].position) + output * inputs + input
      let part = Tile(
        output: index * classes + output, outputs: min(Self.tileOutputs, classes - output),
        input: input, inputs: min(Self.tileInputs, inputs - input),
        width: models.count * classes)
      switch memory {
      case .double: unsafe addDoubles(part, rows: rows.count, to: total)
      case .single(let samples, _):
        if isInPlace {
          unsafe features.withSingles(rows, room: samples.pointer) { x in
            unsafe addSingles(x, part, rows: rows.count, to: total)
          }
        } else {
          unsafe addSingles(samples.pointer, part, rows: rows.count, to: total)
        }
      }
    }
  }

  /// Residuals and features whose products one task takes.
  private struct Tile {
    let output: Int
    let outputs: Int
    let input: Int
    let inputs: Int
    /// Residuals of a row.
    let width: Int
  }

  private func addDoubles(_ tile: Tile, rows: Int, to total: UnsafeMutablePointer<Double>) {
    guard case .double(let samples, let residuals) = memory else { return }
    _ = BLAS.isSingleThreaded
    unsafe cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(tile.outputs), blasint(tile.inputs),
      blasint(rows), 1, residuals.pointer + tile.output, blasint(tile.width),
      samples.pointer + tile.input, blasint(inputs), 1, total, blasint(inputs))
  }

  private func addSingles(
    _ x: UnsafePointer<Float>, _ tile: Tile, rows: Int, to total: UnsafeMutablePointer<Double>
  ) {
    guard case .single(_, let residuals) = memory else { return }
    _ = BLAS.isSingleThreaded
    let sum = Scratch<Float>(count: tile.outputs * tile.inputs)
    for start in stride(from: 0, to: rows, by: SinglePanel.sumRows) {
      unsafe cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, blasint(tile.outputs), blasint(tile.inputs),
        blasint(min(SinglePanel.sumRows, rows - start)), 1,
        residuals.pointer + start * tile.width + tile.output, blasint(tile.width),
        x + start * inputs + tile.input, blasint(inputs), 0, sum.pointer, blasint(tile.inputs))
      for row in 0..<tile.outputs {
        unsafe relic_probe_add(tile.inputs, sum.pointer + row * tile.inputs, total + row * inputs)
      }
    }
  }
}
