/// A named tensor that a module owns.
public struct Parameter: Sendable {
  /// What a parameter is for; optimisers exempt some roles from weight decay.
  public enum Role: Sendable {
    case weight
    /// A convolution's weight: `[kernel, kernel, inputs, outputs]` here, OIHW in files.
    case convolutionWeight
    case bias
    case scale
    case shift
    case runningStatistic

    /// Whether the optimiser moves the parameter; running statistics follow the data instead.
    public var isTrained: Bool { self != .runningStatistic }

    /// Whether the parameter multiplies inputs.
    public var isWeight: Bool { self == .weight || self == .convolutionWeight }
  }

  /// What the parameter is for.
  public let role: Role

  /// The current value.
  public var value: Tensor

  /// `∂loss/∂value`, or `nil` before the first backward pass.
  public private(set) var gradient: Tensor?

  /// Where the gradient's sum over all ranks will be, once its own part has been given away.
  private var pending: (sum: PendingSum, place: Range<Int>)?

  /// Creates a parameter without a gradient.
  public init(_ value: Tensor, role: Role) {
    self.value = value
    self.role = role
  }

  /// Adds to the gradient, as `backward` does for every use of the parameter.
  ///
  /// - Parameter contribution: A part of `∂loss/∂value`, of the value's shape.
  public mutating func accumulate(_ contribution: Tensor) {
    precondition(
      contribution.shape == value.shape,
      "a gradient of \(contribution.shape) for a parameter of \(value.shape)")
    precondition(pending == nil, "a gradient is added to after its sum over ranks has begun")
    if gradient == nil { gradient = contribution } else { gradient?.add(contribution) }
  }

  /// Forgets the gradient.
  public mutating func clearGradient() { gradient = nil }
}

extension Parameter {
  /// The gradient, unless its sum over all ranks has begun.
  var ownGradient: Tensor? { pending == nil ? gradient : nil }

  /// Gives the gradient away for its sum over all ranks.
  mutating func expect(_ sum: PendingSum, at place: Range<Int>) {
    gradient = nil
    pending = (sum, place)
  }

  /// Takes the sum over all ranks for the gradient, where it has begun, as soon as it is there.
  mutating func takeSum() {
    guard let (sum, place) = pending else { return }
    gradient = sum.elements(place).reshaped(value.shape)
    pending = nil
  }
}

/// A value that owns parameters.
public protocol Module: Sendable {
  /// Calls `body` on every parameter, in torchvision's order, with its dotted name below `path`.
  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows
}

/// A differentiable function with parameters and a hand-written gradient.
///
/// The axes a layer works on come last, `[…, height, width, channels]` or `[…, features]`; those
/// before them, `[batch]` or `[views, batch]`, count rows and are the same in the output. Rows are
/// independent except to a normalisation, which in training takes mean and variance of each view.
public protocol Layer: Module {
  /// What `backward` needs from the matching `forward`.
  associatedtype Cache: Sendable

  /// Returns the output of inference: normalisations go by their running averages.
  func callAsFunction(_ x: Tensor) -> Tensor

  /// Returns the output of training, and what `backward` will need.
  ///
  /// Normalisations go by the statistics of each view of `x`, and move their running averages once
  /// for each, as in PyTorch's training mode.
  mutating func forward(_ x: Tensor) -> (y: Tensor, cache: Cache)

  /// Returns the output of training, and moves running averages, where no `backward` follows.
  mutating func forwardOnly(_ x: Tensor) -> Tensor

  /// Adds to the parameters' gradients and returns `∂loss/∂x`.
  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor
}

extension Layer {
  /// Returns what `forward` does; a layer whose cache costs memory or time leaves it out instead.
  public mutating func forwardOnly(_ x: Tensor) -> Tensor { forward(x).y }
}

extension Module {
  /// Every parameter with its name, in order.
  public var parameters: [(name: String, parameter: Parameter)] {
    var copy = self
    var list: [(name: String, parameter: Parameter)] = []
    copy.visitParameters("") { name, parameter in list.append((name, parameter)) }
    return list
  }

  /// Forgets every gradient.
  public mutating func clearGradients() {
    visitParameters("") { _, parameter in parameter.clearGradient() }
  }
}

/// Returns a parameter's name below a path, with a dot between them unless the path is empty.
public func joined(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : "\(path).\(name)"
}
