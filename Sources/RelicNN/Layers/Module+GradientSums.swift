extension Module {
  /// Gradients of so many elements travel by themselves, smaller ones together.
  private static var ownElements: Int { 1 << 15 }

  /// Begins to sum gradients over all ranks in the background, if the step says that nothing more is
  /// added to them; else they are summed when the backward pass has ended.
  ///
  /// An encoder calls it for each of its parts, as soon as that has had its backward pass: what is
  /// computed next hides what the network takes.
  public mutating func beginGradientSums() {
    guard let background = SharedStep.current.background else { return }
    beginSums { background.begin($0) }
  }

  /// Replaces every gradient by its sum over all ranks.
  mutating func sumGradients(over ranks: any Communicator) {
    guard ranks.size > 1 else { return }
    beginSums { terms in
      var sum = terms
      ranks.sum(&sum)
      return PendingSum(sum)
    }
    visitParameters("") { _, parameter in parameter.takeSum() }
  }

  private mutating func beginSums(_ begin: (Tensor) -> PendingSum) {
    var small: [Tensor] = []
    visitParameters("") { _, parameter in
      guard let gradient = parameter.ownGradient else { return }
      if gradient.count < Self.ownElements {
        small.append(gradient.reshaped([gradient.count]))
      } else {
        parameter.expect(begin(gradient), at: 0..<gradient.count)
      }
    }
    guard !small.isEmpty else { return }
    let sum = begin(.concatenated(small))
    var first = 0
    visitParameters("") { _, parameter in
      guard let count = parameter.ownGradient?.count else { return }
      parameter.expect(sum, at: first..<(first + count))
      first += count
    }
  }
}
