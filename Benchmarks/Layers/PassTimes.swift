internal import RelicNN

/// Median seconds of a layer's passes.
struct PassTimes {
  var forward = 0.0
  var backward = 0.0

  static func - (left: PassTimes, right: PassTimes) -> PassTimes {
    PassTimes(forward: left.forward - right.forward, backward: left.backward - right.backward)
  }
}

extension PassTimes {
  /// Times a layer as a training step calls it: on both views, without gradients from before.
  static func of<L: Layer>(_ layer: L, _ x: Tensor) -> PassTimes {
    of(layer, { $0.forward(x, views: 2) }, { layer, dy, cache in _ = layer.backward(dy, cache) })
  }

  /// Times two passes, after one that does not count: at least three times, up to nine if they are
  /// short.
  static func of<L: Layer>(
    _ fresh: L, _ forward: (inout L) -> (y: Tensor, cache: L.Cache),
    _ backward: (inout L, consuming Tensor, consuming L.Cache) -> Void
  ) -> PassTimes {
    var (forwards, backwards): ([Double], [Double]) = ([], [])
    var gradient: Tensor?
    while forwards.count < 4
      || forwards.count < 10 && forwards.reduce(0, +) + backwards.reduce(0, +) < 0.5
    {
      var layer = fresh
      let start = ContinuousClock.now
      let (y, cache) = forward(&layer)
      let middle = ContinuousClock.now
      if gradient == nil { gradient = Tensor(noise: y.shape) }
      // A copy of its own, for backward may write to it.
      let dy = Tensor.concatenated([gradient ?? y])
      let resumed = ContinuousClock.now
      backward(&layer, dy, cache)
      backwards.append((ContinuousClock.now - resumed) / .seconds(1))
      forwards.append((middle - start) / .seconds(1))
    }
    return PassTimes(
      forward: Array(forwards.dropFirst()).median, backward: Array(backwards.dropFirst()).median)
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
