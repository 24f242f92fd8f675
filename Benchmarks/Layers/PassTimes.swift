internal import RelicNN

/// Seconds of a layer's passes.
struct PassTimes {
  var forward = 0.0
  var backward = 0.0

  static func - (left: PassTimes, right: PassTimes) -> PassTimes {
    PassTimes(forward: left.forward - right.forward, backward: left.backward - right.backward)
  }
}

extension PassTimes {
  /// Times a layer as a training step calls it, on both views.
  static func median<L: Layer>(of layer: L, _ x: Tensor) -> PassTimes {
    var copy = layer
    let dy = Tensor(noise: copy.forwardOnly(x).shape)
    return medians([
      {
        once(
          layer, dy, { $0.forward(x) },
          { layer, dy, cache in _ = layer.backward(dy, cache) })
      }
    ])[0]
  }

  /// Returns the medians of several measurements that alternate, so that all meet the same
  /// conditions: after one of each that does not count, at least three, up to nine if they are short.
  static func medians(_ measurements: [() -> PassTimes]) -> [PassTimes] {
    var rounds: [[PassTimes]] = []
    for measure in measurements { _ = measure() }
    let start = ContinuousClock.now
    while rounds.count < 3 || rounds.count < 9 && ContinuousClock.now - start < .seconds(0.7) {
      rounds.append(measurements.map { $0() })
    }
    return measurements.indices.map { index in
      PassTimes(
        forward: rounds.map { $0[index].forward }.median,
        backward: rounds.map { $0[index].backward }.median)
    }
  }

  /// Times one pass forwards and one back, without gradients from before.
  static func once<L: Layer>(
    _ fresh: L, _ gradient: Tensor, _ forward: (inout L) -> (y: Tensor, cache: L.Cache),
    _ backward: (inout L, consuming Tensor, consuming L.Cache) -> Void
  ) -> PassTimes {
    var layer = fresh
    // A copy of its own, for backward may write to it.
    let dy = Tensor.concatenated([gradient])
    let start = ContinuousClock.now
    let (y, cache) = forward(&layer)
    let middle = ContinuousClock.now
    backward(&layer, consume dy, consume cache)
    let end = ContinuousClock.now
    withExtendedLifetime(y) {}
    return PassTimes(
      forward: (middle - start) / .seconds(1), backward: (end - middle) / .seconds(1))
  }
}

extension Tensor {
  /// Creates a tensor of numbers uniform in [-1, 1), repeated after 65,536 of them.
  init(noise shape: [Int]) {
    self.init(uninitialized: shape)
    var random = Philox(seed: 1, purpose: .drawing)
    let block = (0..<(1 << 16)).map { _ in random.uniform(-1, 1) }
    unsafe withMutableElements { elements in
      for index in elements.indices { unsafe elements[index] = block[index & (block.count - 1)] }
    }
  }
}
