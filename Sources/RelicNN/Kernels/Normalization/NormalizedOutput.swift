internal import CKernels

/// The output of a normalisation in the forms that are read next, and what is kept of its making.
struct NormalizedOutput {
  /// The forms of an output.
  struct Forms: OptionSet {
    let rawValue: Int

    static let floats = Forms(rawValue: 1)
    static let rounded = Forms(rawValue: 2)
  }

  var floats: Tensor?
  var rounded: BFloat16Tensor?
  /// The input in 16 bits.
  var z: HalfPrecision?
  /// Where the output is positive, if the input alone does not tell.
  var signs: SignBits?
}

extension Normalization {
  /// Makes all that is wanted of `z` in one pass, each part of it while it lies in the cache.
  ///
  /// A rectifier opens for the kept input exactly where it did for `z`: a number that rounding would
  /// carry across takes its other neighbour. After a residual, signs tell where it was open.
  ///
  /// - Parameters:
  ///   - z: The input, in whose place floats are written.
  ///   - residual: What is added before the activation, of the same shape.
  ///   - forms: What is read of the output.
  ///   - keeping: Whether the backward pass needs the input and the signs.
  /// - Returns: The forms, and what is kept.
  func output(
    of z: consuming Tensor, adding residual: Tensor?, as forms: NormalizedOutput.Forms,
    keeping: Bool
  ) -> NormalizedOutput {
    check(residual, count: z.count)
    var y = consume z
    let (shape, count) = (y.shape, y.count)
    let keepsSigns = keeping && activation == .relu && residual != nil
    // Parts begin within a byte of signs where the channels are no multiple of eight.
    let packsSigns = keepsSigns && channels % 8 == 0
    let writesFloats = forms.contains(.floats) || (keepsSigns && !packsSigns)
    let numbers = forms.contains(.rounded) ? Storage(count: count / 2 + 1) : nil
    var half = keeping ? HalfPrecision.room(count) : nil
    var bits = packsSigns ? SignBits.room(count) : nil
    let targets = unsafe Targets(
      rounded: numbers?.halves, half: half?.mutableStart(as: UInt16.self),
      signs: bits?.mutableStart(as: UInt8.self),
      isRectified: activation == .relu && residual == nil)
    unsafe RowPass.whole.withPointers(writing: &y, reading: residual, parameters) {
      _, y, residual, scales in
      unsafe forEachPart(count) { part, view, scratch, _ in
        let first = part.lowerBound * channels
        let z = unsafe y + first
        let scale = unsafe scales + view * channels
        unsafe targets.keep(z, part.count, channels, first, scale, scale + views * channels)
        let target = unsafe writesFloats ? z : scratch
        unsafe write(
          part.count, z, residual.map { unsafe $0 + first }, scales: scale, into: target)
        unsafe targets.round(target, part.count * channels, first)
      }
    }
    return NormalizedOutput(
      floats: writesFloats ? y : nil,
      rounded: numbers.map { BFloat16Tensor(shape, storage: $0) },
      z: half.map { HalfPrecision(shape, packed: $0) },
      signs: packsSigns ? bits.map { SignBits(shape, packed: $0) } : keepsSigns ? SignBits(y) : nil)
  }

  /// Where numbers of 16 bits and signs go.
  @safe private struct Targets {
    let rounded: UnsafeMutablePointer<UInt16>?
    let half: UnsafeMutablePointer<UInt16>?
    let signs: UnsafeMutablePointer<UInt8>?
    let isRectified: Bool

    /// Keeps rows of the input from an element on.
    func keep(
      _ z: UnsafePointer<Float>, _ rows: Int, _ channels: Int, _ first: Int,
      _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>
    ) {
      guard let half = unsafe half else { return }
      if isRectified {
        unsafe relic_to_half_by_sign(rows, channels, z, scale, shift, half + first)
      } else {
        unsafe relic_to_half(rows * channels, z, half + first)
      }
    }

    /// Rounds elements of the output, and keeps their signs.
    func round(_ y: UnsafePointer<Float>, _ count: Int, _ first: Int) {
      if let rounded = unsafe rounded { unsafe relic_to_bfloat16(count, y, rounded + first) }
      if let signs = unsafe signs { unsafe relic_pack_signs(count, y, signs + first / 8) }
    }
  }

  /// Returns the output for an input that was kept, without a residual, as floats or rounded.
  func output(of z: HalfPrecision, isRounded: Bool) -> NormalizedOutput {
    let count = z.shape.reduce(1, *)
    var y = isRounded ? nil : Tensor(uninitialized: z.shape)
    let numbers = isRounded ? Storage(count: count / 2 + 1) : nil
    let (floats, rounded) = unsafe (y?.mutableStart(), numbers?.halves)
    unsafe RowPass.whole.withPointers(reading: parameters) { _, scales in
      unsafe forEachPart(count) { part, view, scratch, _ in
        let first = part.lowerBound * channels
        let range = first..<(part.upperBound * channels)
        let target = unsafe floats.map { unsafe $0 + first } ?? scratch
        let z = unsafe z.floats(range, scratch: target)
        unsafe write(part.count, z, nil, scales: scales + view * channels, into: target)
        if let rounded = unsafe rounded {
          unsafe relic_to_bfloat16(range.count, target, rounded + first)
        }
      }
    }
    return NormalizedOutput(
      floats: y, rounded: numbers.map { BFloat16Tensor(z.shape, storage: $0) })
  }

  /// Calls `body` with parts of the rows that stay in the first cache, the view of each, and room for
  /// its elements and eight more, twice.
  @unsafe func forEachPart(
    _ count: Int,
    _ body: (
      _ rows: Range<Int>, _ view: Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    let pass = pass(count)
    let most = max(1, 4096 / channels)
    parallel(pass.chunks) { index in
      let chunk = pass.chunk(index)
      let scratch = Storage(count: 2 * (most * channels + 16))
      for first in stride(from: chunk.rows.lowerBound, to: chunk.rows.upperBound, by: most) {
        unsafe body(
          first..<min(first + most, chunk.rows.upperBound), chunk.block, scratch.pointer,
          scratch.pointer + most * channels + 16)
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
