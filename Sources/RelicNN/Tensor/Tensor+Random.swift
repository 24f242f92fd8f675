internal import Foundation

extension Tensor {
  /// Creates a tensor of independent normal numbers with mean 0 (Box and Muller 1958).
  public init(normal shape: [Int], deviation: Float, using generator: inout Philox) {
    let count = shape.reduce(1, *)
    var elements: [Float] = []
    elements.reserveCapacity(count + 1)
    while elements.count < count {
      // 1 - u lies in (0, 1], where the logarithm is finite.
      let radius = (-2 * log(1 - Double(generator.uniform()))).squareRoot() * Double(deviation)
      let angle = 2 * Double.pi * Double(generator.uniform())
      elements.append(Float(radius * cos(angle)))
      if elements.count < count { elements.append(Float(radius * sin(angle))) }
    }
    self.init(elements, shape: shape)
  }

  /// Creates a tensor of independent numbers uniform in `[-bound, bound)`.
  public init(uniform shape: [Int], bound: Float, using generator: inout Philox) {
    let count = shape.reduce(1, *)
    self.init((0..<count).map { _ in generator.uniform(-bound, bound) }, shape: shape)
  }
}
