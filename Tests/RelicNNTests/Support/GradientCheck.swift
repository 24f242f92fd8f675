import Testing

@testable import RelicNN

/// Compares gradients with central differences of `Σ y · dy`, element by element.
struct GradientCheck {
  var step: Float = 1 / 64
  /// Of the larger of 1 and the difference quotient: the cubic term of the function and rounding.
  var tolerance = 2e-3
  /// Whether the function has kinks: close to one an element is left out, up to an eighth of all.
  var hasKinks = true

  /// Checks `dx` and the gradient of every trained parameter of a layer.
  func callAsFunction(
    _ layer: some Layer, x: Tensor, location: SourceLocation = #_sourceLocation
  ) {
    var layer = layer
    let pristine = layer
    let (y, cache) = layer.forward(x)
    let dy = Formula.noise("central differences", y.shape)
    let dx = layer.backward(dy, cache)
    compare(x, dx, "dx", location) { x in
      var copy = pristine
      return Self.inner(copy.forward(x).y, dy)
    }
    for (index, (name, parameter)) in layer.parameters.enumerated()
    where parameter.role.isTrained {
      guard let gradient = parameter.gradient else {
        Issue.record("'\(name)' has no gradient", sourceLocation: location)
        continue
      }
      compare(parameter.value, gradient, name, location) { value in
        var copy = pristine
        var place = 0
        copy.visitParameters("") { _, parameter in
          if place == index { parameter.value = value }
          place += 1
        }
        return Self.inner(copy.forward(x).y, dy)
      }
    }
  }

  /// Checks a gradient at `value`.
  ///
  /// Where a rectifier or pool has its kink within a step, two difference quotients disagree and the
  /// element is left out. Of a smooth function none is.
  func compare(
    _ value: Tensor, _ gradient: Tensor, _ name: String,
    _ location: SourceLocation = #_sourceLocation, loss: (Tensor) -> Double
  ) {
    #expect(gradient.shape == value.shape, "\(name)", sourceLocation: location)
    var (scalars, kinks) = (value.scalars, 0)
    for index in scalars.indices {
      let center = scalars[index]
      func quotient(_ step: Float) -> Double {
        scalars[index] = center + step
        let above = loss(Tensor(scalars, shape: value.shape))
        scalars[index] = center - step
        let below = loss(Tensor(scalars, shape: value.shape))
        scalars[index] = center
        return (above - below) / (2 * Double(step))
      }
      let numeric = quotient(step)
      let found = Double(gradient.scalars[index])
      let allowed = tolerance * max(1, abs(numeric))
      if abs(numeric - found) <= allowed { continue }
      if hasKinks && abs(numeric - quotient(step / 4)) > allowed / 4 {
        kinks += 1
      } else {
        Issue.record("\(name)[\(index)]: \(found), not \(numeric)", sourceLocation: location)
      }
    }
    #expect(kinks * 8 <= scalars.count + 7, "\(name): too many kinks", sourceLocation: location)
  }

  static func inner(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.scalars, b.scalars).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
}
