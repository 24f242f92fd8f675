/// The rectifier, `y = max(x, 0)`.
public struct ReLU: Layer {
  /// The output, which is positive where the gradient passes.
  public struct Cache: Sendable {
    let y: Tensor
  }

  /// Creates a layer without parameters.
  public init() {}

  /// Returns `max(x, 0)`, element by element, for `x` of any shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var y = x
    RowPass(elementsOf: x).forEachChunk(writing: &y) { _, y in
      for index in y.indices { y[index] = max(y[index], 0) }
    }
    return y
  }

  /// Returns `max(x, 0)`, element by element, for `x` of any shape, and saves it.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    let y = self(x)
    return (y, Cache(y: y))
  }

  /// Returns `dx = dy` where the output is positive, else 0.
  public func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var dx = dy
    RowPass(elementsOf: cache.y).forEachChunk(reading: cache.y, writing: &dx) { _, y, dx in
      for index in y.indices where y[index] <= 0 { dx[index] = 0 }
    }
    return dx
  }

  /// Visits nothing.
  public func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {}
}
