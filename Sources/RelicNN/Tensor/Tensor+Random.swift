internal import Foundation

extension Tensor {
  /// Creates a tensor of independent normal numbers with mean 0 (Box and Muller 1958).
  init(normal shape: [Int], deviation: Float, using generator: inout Philox) {
    self.init(uninitialized: shape)
    unsafe withMutableElements { elements in
      for index in stride(from: 0, to: elements.count, by: 2) {
        // 1 - u lies in (0, 1], where the logarithm is finite.
        let radius = (-2 * log(1 - Double(generator.uniform()))).squareRoot() * Double(deviation)
        let angle = 2 * Double.pi * Double(generator.uniform())
        unsafe elements[index] = Float(radius * cos(angle))
        if index + 1 < elements.count {
          unsafe elements[index + 1] = Float(radius * sin(angle))
        }
      }
    }
  }

  /// Creates a tensor of independent numbers uniform in `[-bound, bound)`.
  init(uniform shape: [Int], bound: Float, using generator: inout Philox) {
    self.init(uninitialized: shape)
    unsafe withMutableElements { elements in
      for index in elements.indices {
        unsafe elements[index] = generator.uniform(-bound, bound)
      }
    }
  }
}
