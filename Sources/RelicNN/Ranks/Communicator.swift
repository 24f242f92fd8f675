/// The ranks that train one model together.
///
/// Sums of tensors are added over a binary tree: those of neighbours, then those of neighbours of these,
/// and so on. So every rank has the same bits, and two, four or eight parts of a rank, summed so, come to
/// what as many ranks would.
public protocol Communicator: RankGroup {
  /// Sums that another thread carries out meanwhile, or `nil` if none can.
  var background: BackgroundSums? { get }

  /// Returns the elements of every rank, in their order, as tensors of one axis.
  ///
  /// - Parameters:
  ///   - tensor: Those of this rank.
  ///   - counts: How many each rank gives, which every rank knows.
  /// - Returns: A tensor of `counts[r]` elements for each rank r.
  func gather(_ tensor: Tensor, counts: [Int]) -> [Tensor]

  /// Replaces every element by the sum of those of all ranks, whose tensors have one shape.
  func sum(_ tensor: inout Tensor)

  /// Returns what `body` does, which is the same on every rank: ranks of one process call it once.
  func once<Value: Sendable>(_ body: () -> Value) -> Value
}

extension Communicator {
  /// Returns what `body` does here.
  public func once<Value: Sendable>(_ body: () -> Value) -> Value { body() }

  /// `nil`: whoever sums waits.
  public var background: BackgroundSums? { nil }

  /// Returns the tensor of rank 0; those of the others say its shape.
  package func broadcast(_ tensor: Tensor) -> Tensor {
    guard size > 1 else { return tensor }
    let counts = (0..<size).map { $0 == 0 ? tensor.count : 0 }
    let own = rank == 0 ? tensor : Tensor(uninitialized: [0])
    return gather(own, counts: counts)[0].reshaped(tensor.shape)
  }
}

extension OneRank: Communicator {
  /// Returns what is given, as a tensor of one axis.
  public func gather(_ tensor: Tensor, counts: [Int]) -> [Tensor] {
    [tensor.reshaped([tensor.count])]
  }

  /// Does nothing.
  public func sum(_ tensor: inout Tensor) {}
}
