/// A counter-based random number generator, Philox4x32-10.
///
/// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3". The numbers are a function of
/// the key and the position, so the same sample gets the same view whatever the thread order, and
/// resuming a run needs only its step number.
public struct Philox: RandomNumberGenerator, Sendable {
  /// What the numbers are for; streams of different purposes are independent.
  public enum Purpose: UInt32, Sendable {
    case weights = 1
    case shuffle = 2
    case augmentation = 3
    case drawing = 4
    case stochasticDepth = 5
    case folds = 6
    case holdOut = 7
    case map = 8
  }

  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// Creates the stream that belongs to a seed, a purpose and up to three coordinates.
  ///
  /// - Parameters:
  ///   - seed: The seed of the run.
  ///   - purpose: What the numbers are for.
  ///   - epoch: The epoch, below 2^16.
  ///   - sample: The sample's index in its data set, below 2^32.
  ///   - view: The view of the sample, below 2^8.
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, sample: Int = 0, view: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let place = purpose.rawValue << 24 | UInt32(truncatingIfNeeded: epoch) & 0xff_ffff
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: view), UInt32(truncatingIfNeeded: sample), place)
  }

  /// The ten rounds of Philox4x32 on one counter.
  static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let a = x[0].multipliedFullWidth(by: 0xd251_1f53)
      let b = x[2].multipliedFullWidth(by: 0xcd9e_8d57)
      x = SIMD4(b.high ^ x[1] ^ k[0], b.low, a.high ^ x[3] ^ k[1], a.low)
      k &+= SIMD2(0x9e37_79b9, 0xbb67_ae85)
    }
    return x
  }

  /// Returns 32 random bits.
  public mutating func next32() -> UInt32 {
    if used == 4 {
      block = Self.block(counter: counter, key: key)
      counter[0] &+= 1
      used = 0
    }
    used += 1
    return block[used - 1]
  }

  /// Returns 64 random bits.
  public mutating func next() -> UInt64 { UInt64(next32()) | UInt64(next32()) << 32 }

  /// Returns a number uniform in `[0, 1)`, a multiple of 2^-24.
  public mutating func uniform() -> Float { Float(next32() >> 8) * 0x1p-24 }

  /// Returns a number uniform in `[low, high)`.
  public mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// Returns an integer uniform in `0..<bound`, by Lemire's multiplication.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "cannot draw below \(bound)")
    let bound = UInt32(bound)
    var product = next32().multipliedFullWidth(by: bound)
    while product.low < bound && product.low < (0 &- bound) % bound {
      product = next32().multipliedFullWidth(by: bound)
    }
    return Int(product.high)
  }
}
