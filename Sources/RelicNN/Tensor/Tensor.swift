/// A dense, row-major array of 32-bit floats with value semantics.
///
/// Images and feature maps are `[batch, height, width, channels]`.
public struct Tensor: Sendable {
  /// The extent of each axis, outermost first.
  public private(set) var shape: [Int]

  /// The number of elements.
  public let count: Int

  private var storage: Storage

  /// Elements handled by one task of an elementwise operation.
  static let grain = 1 << 16

  /// Creates a tensor of `shape` whose elements are arbitrary until written.
  public init(uninitialized shape: [Int]) {
    self.shape = shape
    count = shape.reduce(1, *)
    storage = Storage(count: count)
  }

  /// Creates a tensor of `shape` filled with one value.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    unsafe withMutableElements { unsafe $0.update(repeating: value) }
  }

  /// Creates a tensor of `shape` filled with zeros.
  public init(zeros shape: [Int]) { self.init(repeating: 0, shape: shape) }

  /// Creates a tensor of `shape` from its elements.
  public init(_ scalars: [Float], shape: [Int]) {
    self.init(uninitialized: shape)
    precondition(scalars.count == count, "\(scalars.count) scalars cannot fill shape \(shape)")
    unsafe withMutableElements { unsafe _ = $0.update(from: scalars) }
  }

  /// A copy of the elements, with the last axis varying fastest.
  public var scalars: [Float] { unsafe withElements { unsafe Array($0) } }

  /// Returns the same elements under another shape of equal count.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "cannot reshape \(self.shape) to \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// Returns rows `range` of the outermost axis as a tensor of their own.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "no rows \(range) in \(shape)")
    let stride = count / max(shape[0], 1)
    var result = Tensor(uninitialized: [range.count] + shape.dropFirst())
    unsafe result.withMutableElements { destination in
      unsafe withElements { source in
        let start = range.lowerBound * stride
        let end = range.upperBound * stride
        _ = unsafe destination.update(from: source[start..<end])
      }
    }
    return result
  }

  /// Returns the tensors stacked along the outermost axis.
  public static func concatenated(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "cannot concatenate nothing")
    let tail = Array(parts[0].shape.dropFirst())
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    var result = Tensor(uninitialized: [rows] + tail)
    unsafe result.withMutableElements { destination in
      var offset = 0
      for part in parts {
        precondition(
          Array(part.shape.dropFirst()) == tail, "cannot stack \(part.shape) on \(parts[0].shape)")
        unsafe part.withElements {
          _ = unsafe destination[offset..<(offset + part.count)].update(from: $0)
        }
        offset += part.count
      }
    }
    return result
  }

  /// Returns the tensor and leaves an empty one, so that whoever takes it owns the elements alone.
  mutating func taken() -> Tensor {
    var other = Tensor(uninitialized: [0])
    swap(&self, &other)
    return other
  }

  /// Whether another tensor holds the same elements, so that writing would copy them.
  var isShared: Bool {
    mutating get { !isKnownUniquelyReferenced(&storage) }
  }

  /// What is the same of tensors that share their elements.
  var storageIdentity: ObjectIdentifier { ObjectIdentifier(storage) }

  /// Calls `body` with the elements; the pointer must not escape.
  public func withElements<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    let result = try unsafe body(UnsafeBufferPointer(start: storage.pointer, count: count))
    withExtendedLifetime(storage) {}
    return result
  }

  /// Calls `body` with the elements to write; the pointer must not escape.
  public mutating func withMutableElements<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    let start = unsafe mutableStart()
    let result = try unsafe body(UnsafeMutableBufferPointer(start: start, count: count))
    withExtendedLifetime(storage) {}
    return result
  }

  /// The first element, valid while somebody holds this tensor.
  @unsafe var start: UnsafePointer<Float> { unsafe UnsafePointer(storage.pointer) }

  /// Returns the first element to write, of a copy if the elements were shared; valid until this
  /// tensor is copied, changed or let go.
  @unsafe mutating func mutableStart() -> UnsafeMutablePointer<Float> {
    if isShared {
      let copy = Storage(count: count)
      parallelRows(count, grain: Self.grain) { range in
        let start = range.lowerBound
        unsafe (copy.pointer + start).update(from: storage.pointer + start, count: range.count)
      }
      storage = copy
    }
    return unsafe storage.pointer
  }
}

extension Tensor: Equatable {
  /// Whether shapes and elements are equal, element by element as `Float` compares.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    return unsafe left.withElements { a in
      unsafe right.withElements { b in unsafe a.elementsEqual(b) }
    }
  }
}
