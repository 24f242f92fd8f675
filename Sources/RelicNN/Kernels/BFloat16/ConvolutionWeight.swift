internal import CKernels
internal import Synchronization

/// A convolution's weight in the forms that its products read, each made when it is first needed.
///
/// A class because convolutions that are copies of one another share the forms.
final class ConvolutionWeight: Sendable {
  private struct Forms {
    var packed: PackedMatrix?
    /// By the side of a tile, a matrix for each of Winograd's points.
    var transformed: [Int: [PackedMatrix]] = [:]
  }

  private let weight: Tensor
  private let runLength: Int
  private let forms = Mutex(Forms())

  /// Keeps a weight of shape `[kernel, kernel, inputs, outputs]` that is multiplied in runs of so many
  /// rows.
  init(_ weight: Tensor, runLength: Int) {
    self.weight = weight
    self.runLength = runLength
  }

  /// The weight as a matrix, with a row of zeros after every run of an odd length.
  var packed: PackedMatrix {
    forms.withLock { forms in
      if let packed = forms.packed { return packed }
      let packed = PackedMatrix(filledUp)
      forms.packed = packed
      return packed
    }
  }

  private var filledUp: Tensor {
    let outputs = weight.shape[3]
    let rows = weight.count / outputs
    let matrix = weight.reshaped([rows, outputs])
    if runLength % 2 == 0 { return matrix }
    let zeros = Tensor(zeros: [1, outputs])
    return .concatenated(
      stride(from: 0, to: rows, by: runLength).flatMap {
        [matrix.rows($0..<($0 + runLength)), zeros]
      })
  }

  /// The weights of the points of Winograd's filtering, rounded after their transformation.
  func transformed(for tiles: WinogradConvolution) -> [PackedMatrix] {
    forms.withLock { forms in
      if let matrices = forms.transformed[tiles.tile] { return matrices }
      var points = Tensor(uninitialized: [tiles.points, tiles.inputs, tiles.outputs])
      unsafe RowPass.whole.withPointers(writing: &points, reading: weight) { _, points, weight in
        parallelRows(tiles.size / 16, grain: 256) { range in
          unsafe relic_winograd_weight(
            tiles.tile, tiles.size, range.lowerBound * 16, range.count * 16, weight, points)
        }
      }
      let matrices = (0..<tiles.points).map { point in
        PackedMatrix(
          points.rows(point..<(point + 1)).reshaped([tiles.inputs, tiles.outputs]))
      }
      forms.transformed[tiles.tile] = matrices
      return matrices
    }
  }
}
