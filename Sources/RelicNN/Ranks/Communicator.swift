/// The ranks that train one model together: processes, as of MPI, or threads of one process.
///
/// Every rank calls the same operations in the same order, and each returns when the others have
/// called it too. What an operation returns is the same on every rank to the bit, and sums of tensors
/// are added over a binary tree: those of neighbours, then those of neighbours of these, and so on, so
/// that two, four or eight parts of a rank, summed so, come to what as many ranks would.
public protocol Communicator: Sendable {
  /// The place of this one among all, from 0.
  var rank: Int { get }

  /// How many there are.
  var size: Int { get }

  /// Sums that another thread carries out meanwhile, or `nil` if none can.
  var background: BackgroundSums? { get }

  /// Returns the numbers of every rank, in their order; every rank gives as many.
  func gather(_ numbers: [Double]) -> [[Double]]

  /// Returns the bytes of every rank, in their order; each may give another number of them.
  func gather(_ bytes: [UInt8]) -> [[UInt8]]

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

  /// Returns the sums of the numbers of all ranks.
  package func sum(_ numbers: [Double]) -> [Double] {
    let all = gather(numbers)
    return all.dropFirst().reduce(all[0]) { sums, own in zip(sums, own).map { $0 + $1 } }
  }

  /// Returns the bytes that rank 0 gives.
  package func broadcast(_ bytes: [UInt8]) -> [UInt8] { gather(rank == 0 ? bytes : [])[0] }

  /// Returns the tensor of rank 0; those of the others say its shape.
  package func broadcast(_ tensor: Tensor) -> Tensor {
    guard size > 1 else { return tensor }
    let counts = (0..<size).map { $0 == 0 ? tensor.count : 0 }
    let own = rank == 0 ? tensor : Tensor(uninitialized: [0])
    return gather(own, counts: counts)[0].reshaped(tensor.shape)
  }

  /// Returns whether one rank or more says yes.
  package func any(_ answer: Bool) -> Bool {
    size > 1 ? gather([answer ? 1.0 : 0]).contains([1]) : answer
  }

  /// Returns when every rank has come here.
  package func wait() { _ = any(false) }
}

/// A run of one process.
public struct OneRank: Communicator {
  /// The first.
  public var rank: Int { 0 }

  /// One.
  public var size: Int { 1 }

  /// Names the only rank.
  public init() {}

  /// Returns what is given.
  public func gather(_ numbers: [Double]) -> [[Double]] { [numbers] }

  /// Returns what is given.
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

  /// Returns what is given, as a tensor of one axis.
  public func gather(_ tensor: Tensor, counts: [Int]) -> [Tensor] {
    [tensor.reshaped([tensor.count])]
  }

  /// Does nothing.
  public func sum(_ tensor: inout Tensor) {}
}
