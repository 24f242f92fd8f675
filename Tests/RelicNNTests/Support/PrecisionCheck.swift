import Testing

@testable import RelicNN

/// Compares the training of a layer in 16 bits with that of the same layer in float32.
struct PrecisionCheck {
  /// How far the output may be, as a share of its norm: 0 where it has the same bits.
  var output = 0.0
  /// The same of the gradients of the input and of every parameter.
  var gradients: Float

  /// Checks one pass of a layer and of the one in float32, for an input of both.
  func callAsFunction(
    _ layer: some Layer, against exact: some Layer, x: Tensor, _ label: String,
    location: SourceLocation = #_sourceLocation
  ) {
    var (layer, exact) = (layer, exact)
    let (y, cache) = layer.forward(x)
    let (exactY, exactCache) = exact.forward(x)
    let distance = relativeDistance(of: [y], from: [exactY])
    #expect(distance <= output, "\(label): y is off by \(distance)", sourceLocation: location)
    let dy = Formula.noise("precision.dy", exactY.shape)
    let dx = layer.backward(dy, cache)
    let exactDx = exact.backward(dy, exactCache)
    let share = relativeDistance(of: [dx], from: [exactDx])
    #expect(
      share <= Double(gradients), "\(label): dx is off by \(share) of its norm",
      sourceLocation: location)
    #expect(share > 0, "\(label): nothing was rounded", sourceLocation: location)
    expectGradients(of: layer, near: exact, within: gradients, label, location: location)
  }
}
