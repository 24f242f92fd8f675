import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// A file of reference values that a script in Tests/Fixtures wrote, from network_formula.py.
struct NetworkFixture {
  private static let bins = 128
  private static let samples = 64

  private let name: String
  private let dict: StateDict

  init(_ name: String) throws {
    self.name = name
    dict = try Safetensors.read(Fixtures.path("network/\(name).safetensors"))
  }

  /// The reference under a name that must be there, in PyTorch's layout.
  func tensor(_ key: String) throws -> Tensor {
    try #require(dict.tensor(key), "\(name) has no '\(key)'")
  }

  /// Compares a tensor in PyTorch's layout with its reference or, if that is large, its sketch.
  ///
  /// Allowed are 1e-3 of the element or the root mean square, whichever is larger, and 1e-5: what
  /// single precision costs through a whole network, where PyTorch itself stays below a fifth.
  func expectClose(
    _ found: Tensor, _ key: String, relative: Float = 1e-3, absolute: Float = 1e-5,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let label = "\(name) \(key)"
    guard let sketch = dict.tensor(key + "~") else {
      let expected = try tensor(key)
      let tolerance = Tolerance(
        relative: relative, absolute: absolute, floor: expected.rootMeanSquare)
      RelicNNTests.expectClose(found, expected, label, within: tolerance, location: location)
      return
    }
    let own = Self.sketch(found)
    let norm = sketch.scalars[0]
    let perBin = Float(found.count) / Float(Self.bins)
    let parts: [(name: String, range: Range<Int>, terms: Float)] = [
      ("norm", 0..<1, 1), ("signed sum", 1..<(1 + Self.bins), perBin),
      ("sample", (1 + Self.bins)..<sketch.count, 1),
    ]
    for part in parts {
      let tolerance = Tolerance(
        relative: relative, absolute: absolute * part.terms.squareRoot(),
        floor: norm * (part.terms / Float(found.count)).squareRoot())
      RelicNNTests.expectClose(
        own.rows(part.range), sketch.rows(part.range), "\(label), \(part.name)",
        within: tolerance, location: location)
    }
  }

  /// Compares a tensor with its reference by the norm of the difference, as a share of the
  /// reference's norm; of a sketch, which every element takes part in, the norm of the sketches'.
  func expectCloseInNorm(
    _ found: Tensor, _ key: String, within share: Float,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let (distance, size) = try difference(found, key, location: location)
    #expect(
      distance <= share * size + 1e-5,
      "\(name) \(key): off by \(distance / size) of its norm", sourceLocation: location)
  }

  /// The norm of the difference from the reference as a share of the reference's, as
  /// `expectCloseInNorm` has it.
  func share(_ found: Tensor, _ key: String) throws -> Float {
    let (distance, size) = try difference(found, key, location: #_sourceLocation)
    return distance / size
  }

  private func difference(
    _ found: Tensor, _ key: String, location: SourceLocation
  ) throws -> (distance: Float, size: Float) {
    let parts = 1..<(1 + Self.bins + Self.samples)
    let sketch = dict.tensor(key + "~")?.rows(parts)
    let expected = try sketch ?? tensor(key)
    let own = sketch == nil ? found : Self.sketch(found).rows(parts)
    try #require(own.shape == expected.shape, "\(name) \(key)", sourceLocation: location)
    return (own.combined(expected, -).rootMeanSquare, expected.rootMeanSquare)
  }

  /// The norm, 128 signed sums that every element takes part in, and 64 elements.
  private static func sketch(_ tensor: Tensor) -> Tensor {
    let elements = tensor.scalars
    var sums = Array(repeating: 0.0, count: bins)
    for (element, bits) in zip(elements, Formula.hashed("sketch", count: elements.count)) {
      sums[Int(bits) % bins] += bits >> 31 == 1 ? -Double(element) : Double(element)
    }
    let norm = elements.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let sample = (0..<samples).map { elements[$0 * elements.count / samples] }
    return Tensor(
      [Float(norm)] + sums.map { Float($0) } + sample, shape: [1 + bins + samples])
  }
}
