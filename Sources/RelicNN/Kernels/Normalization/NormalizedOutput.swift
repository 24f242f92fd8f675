internal import CKernels

/// The output of a normalisation in the forms that are read next, and what is kept of its making.
struct NormalizedOutput {
  /// The forms of an output.
  struct Forms: OptionSet {
    let rawValue: Int

    static let floats = Forms(rawValue: 1)
    static let rounded = Forms(rawValue: 2)
  }

  let shape: [Int]
  var floats: Tensor?
  var rounded: BFloat16Tensor?
  /// The input in 16 bits.
  var z: HalfPrecision?
  /// Where the output is positive, if the input alone does not tell.
  var signs: SignBits?
}

extension Normalization {
  /// Makes all that is wanted of a convolution's output in one pass, each part of it while it lies in
  /// the cache.
  ///
  /// - Parameters:
  ///   - z: The input, in whose place floats are written.
  ///   - residual: What is added before the activation, of the same shape.
  ///   - forms: What is read of the output.
  ///   - keeping: Whether the backward pass needs the input and the signs.
  /// - Returns: The forms, and what is kept.
  func output(
    of z: consuming ConvolutionOutput, adding residual: (any FloatSource)?,
    as forms: NormalizedOutput.Forms, keeping: Bool
  ) -> NormalizedOutput {
    switch consume z {
    case .floats(let z): output(of: z, adding: residual, as: forms, keeping: keeping)
    case .half(let z): output(of: z, adding: residual, as: forms, keeping: keeping)
    }
  }

  /// The same for floats, which are kept in 16 bits.
  ///
  /// A rectifier opens for the kept input exactly where it did for `z`: a number that rounding would
  /// carry across takes its other neighbour. After a residual, signs tell where it was open.
  func output(
    of z: consuming Tensor, adding residual: (any FloatSource)?, as forms: NormalizedOutput.Forms,
    keeping: Bool
  ) -> NormalizedOutput {
    var y = consume z
    var rooms = Rooms(y.shape, self, forms, keepsSigns: keeping && residual != nil)
    var half = keeping ? HalfPrecision.room(y.count) : nil
    let isRectified = activation == .relu && residual == nil
    let (start, numbers) = unsafe (y.mutableStart(), half?.mutableStart(as: UInt16.self))
    unsafe fill(&rooms, rooms.writesFloats ? start : nil, adding: residual) { range, scale, _ in
      let z = unsafe start + range.lowerBound
      guard let half = unsafe numbers.map({ unsafe $0 + range.lowerBound }) else {
        return unsafe UnsafePointer(z)
      }
      if isRectified {
        unsafe relic_to_half_by_sign(
          range.count / channels, channels, z, scale, scale + views * channels, half)
      } else {
        unsafe relic_to_half(range.count, z, half)
      }
      return unsafe UnsafePointer(z)
    }
    return rooms.output(y, z: half.map { HalfPrecision(y.shape, packed: $0) })
  }

  /// The same for numbers of 16 bits, which are kept as they are.
  func output(
    of z: HalfPrecision, adding residual: (any FloatSource)?, as forms: NormalizedOutput.Forms,
    keeping: Bool
  ) -> NormalizedOutput {
    var rooms = Rooms(z.shape, self, forms, keepsSigns: keeping && residual != nil)
    var y = Tensor(uninitialized: rooms.writesFloats ? z.shape : [0])
    let start = unsafe rooms.writesFloats ? y.mutableStart() : nil
    unsafe fill(&rooms, start, adding: residual) { range, _, target in
      unsafe z.floats(range, scratch: target)
    }
    return rooms.output(y, z: keeping ? z : nil)
  }

  /// Makes an output in its rooms, and as floats if they are wanted.
  ///
  /// - Parameters:
  ///   - rooms: What is wanted beside floats.
  ///   - floats: Where they go.
  ///   - residual: What is added before the activation.
  ///   - input: Returns where the input's elements of a range lie, which may be in the room for their
  ///     output, which it is given after the scales of their view.
  private func fill(
    _ rooms: inout Rooms, _ floats: UnsafeMutablePointer<Float>?,
    adding residual: (any FloatSource)?,
    input: (Range<Int>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let count = rooms.count
    check(residual, count: count)
    let (rounded, signs) = unsafe (
      rooms.rounded?.halves, rooms.signs?.mutableStart(as: UInt8.self)
    )
    unsafe RowPass.whole.withPointers(reading: parameters) { _, scales in
      unsafe forEachPart(count) { part, view, scratch in
        let range = (part.lowerBound * channels)..<(part.upperBound * channels)
        let first = range.lowerBound
        let scale = unsafe scales + view * channels
        let y = unsafe floats.map { unsafe $0 + first } ?? scratch
        let z = unsafe input(range, scale, y)
        let added = unsafe residual?.floats(range, scratch: scratch + partRoom)
        unsafe write(part.count, z, added, scales: scale, into: y)
        if let rounded = unsafe rounded {
          unsafe relic_to_bfloat16(range.count, y, rounded + first)
        }
        if let signs = unsafe signs { unsafe relic_pack_signs(range.count, y, signs + first / 8) }
      }
    }
  }

  /// Where an output's numbers of 16 bits and its signs go.
  private struct Rooms {
    let shape: [Int]
    /// Whether floats are written, too: signs are taken of them where they cannot be packed by parts.
    let writesFloats: Bool
    let rounded: Storage?
    var signs: Tensor?
    private let keepsSigns: Bool

    var count: Int { shape.reduce(1, *) }

    init(
      _ shape: [Int], _ normalization: Normalization, _ forms: NormalizedOutput.Forms,
      keepsSigns: Bool
    ) {
      let count = shape.reduce(1, *)
      self.shape = shape
      self.keepsSigns = keepsSigns && normalization.activation == .relu
      // Parts begin within a byte of signs where the channels are no multiple of eight.
      let packsSigns = self.keepsSigns && normalization.channels % 8 == 0
      writesFloats = forms.contains(.floats) || (self.keepsSigns && !packsSigns)
      rounded = forms.contains(.rounded) ? Storage(count: count / 2 + 1) : nil
      signs = packsSigns ? SignBits.room(count) : nil
    }

    /// Returns what was made, with the floats if there are any.
    func output(_ y: Tensor, z: HalfPrecision?) -> NormalizedOutput {
      NormalizedOutput(
        shape: shape, floats: writesFloats ? y : nil,
        rounded: rounded.map { BFloat16Tensor(shape, storage: $0) }, z: z,
        signs: signs.map { SignBits(shape, packed: $0) } ?? (keepsSigns ? SignBits(y) : nil))
    }
  }

  /// Floats in the room for a part's elements, eight more than there are.
  var partRoom: Int { max(1, 4096 / channels) * channels + 16 }

  /// Calls `body` with parts of the rows that stay in the first cache, the view of each, and two rooms
  /// for its elements, one after the other.
  @unsafe func forEachPart(
    _ count: Int, _ body: (_ rows: Range<Int>, _ view: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let pass = pass(count)
    let most = max(1, 4096 / channels)
    parallel(pass.chunks) { index in
      let chunk = pass.chunk(index)
      let scratch = Storage(count: 2 * partRoom)
      for first in stride(from: chunk.rows.lowerBound, to: chunk.rows.upperBound, by: most) {
        unsafe body(
          first..<min(first + most, chunk.rows.upperBound), chunk.block, scratch.pointer)
      }
      withExtendedLifetime(scratch) {}
    }
  }
}

extension Tensor {
  /// Returns the first element to write as numbers of another type.
  @unsafe fileprivate mutating func mutableStart<Number>(
    as type: Number.Type
  ) -> UnsafeMutablePointer<Number> {
    unsafe UnsafeMutableRawPointer(mutableStart()).assumingMemoryBound(to: type)
  }
}
