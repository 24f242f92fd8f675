import Synchronization
import TestSupport
import Testing

@testable import RelicNN

@Suite struct FrozenEncoderTests {
  static let models = EncoderModel.allCases

  static func images(_ count: Int) -> Tensor {
    Formula.noise("images", [count, 32, 32, 3]).mapped { abs($0) }
  }

  @Test func `in float32 it gives the encoder's features to the bit`() {
    let encoder = EncoderModel.resnet18.network(stem: .cifar, seed: 1)
    let frozen = FrozenEncoder(encoder, precision: .float32)
    #expect(frozen.precision == .float32)
    #expect(frozen(Self.images(2)) == encoder(Self.images(2)))
  }

  /// Whatever the processor: where it has no fast instructions for them, by plain loops.
  @Test(arguments: models) func `in bfloat16 features are near those of float32`(
    _ model: EncoderModel
  ) throws {
    let encoder = model.network(stem: .imagenet, seed: 1)
    let network = try #require(encoder as? any BFloat16Encoder).inBFloat16
    let (exact, found) = (encoder(Self.images(2)), network(Self.images(2)))
    #expect(found.shape == exact.shape)
    let error = zip(found.scalars, exact.scalars).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = exact.scalars.reduce(0) { $0 + $1 * $1 }
    // 2^-9 for each of some dozens of roundings one after the other, in quadrature.
    #expect((error / size).squareRoot() < 0.03)
  }

  @Test(arguments: models) func `in bfloat16 the number of workers changes no bit`(
    _ model: EncoderModel
  ) throws {
    let encoder = model.network(stem: .imagenet, seed: 1)
    let network = try #require(encoder as? any BFloat16Encoder).inBFloat16
    let features = (1...4).map { workers in withWorkers(workers) { network(Self.images(2)) } }
    #expect(features.dropFirst().allSatisfy { $0 == features[0] })
  }

  @Test
  func `bfloat16 is to be had where it is fast, of networks that have a form for it`() {
    let encoder = EncoderModel.resnet18.network(stem: .imagenet, seed: 1)
    let frozen = FrozenEncoder(encoder, precision: .bfloat16)
    #expect(frozen.precision == (Precision.hasFastBFloat16 ? .bfloat16 : .float32))
    #expect(FrozenEncoder(Constant(), precision: .bfloat16).precision == .float32)
  }

  @Test func `parts of a batch come back in their order`() {
    let images = Formula.noise("parts", [70, 64, 64, 3])
    // More workers than parts would take the batch whole.
    let features = withWorkers(2) {
      FrozenEncoder.inParts(images) { part in
        Tensor(
          (0..<part.shape[0]).map { part.rows($0..<($0 + 1)).scalars[0] },
          shape: [part.shape[0], 1])
      }
    }
    let size = 64 * 64 * 3
    let pixels = images.scalars
    #expect(features.scalars == (0..<70).map { pixels[$0 * size] })
  }

  @Test(arguments: Precision.allCases)
  func `a network's features in parts are those of the whole batch`(_ precision: Precision) {
    let encoder = ResNet(.eighteen, stem: .imagenet, seed: 1)
    let rounded = encoder.inBFloat16
    @Sendable func network(_ images: Tensor) -> Tensor {
      precision == .bfloat16 ? rounded(images) : encoder(images)
    }
    let noise = Formula.noise("network.parts", [32, 64, 64, 3]).scalars
    // Of a brightness each, for images of noise alone are much alike to a network.
    let size = 64 * 64 * 3
    let images = Tensor(
      noise.indices.map { abs(noise[$0]) * Float($0 / size + 1) / 32 }, shape: [32, 64, 64, 3])
    let sizes = Mutex<[Int]>([])
    let features = withWorkers(2) {
      FrozenEncoder.inParts(images) { part in
        sizes.withLock { $0.append(part.shape[0]) }
        return network(part)
      }
    }
    let parts = sizes.withLock { $0 }
    #expect(parts == [8, 8, 8, 8])
    let whole = network(images)
    guard precision == .float32 else {
      // An image's features do not depend on those beside it.
      #expect(features == whole)
      return
    }
    // The products of a part are cut otherwise than those of the batch.
    expectClose(
      features, whole, "features",
      within: Tolerance(relative: 1e-5, absolute: 1e-6, floor: whole.rootMeanSquare))
  }
}

/// A network without a form for bfloat16.
private struct Constant: EncoderNetwork {
  struct Cache: Sendable {}

  let featureCount = 1

  func callAsFunction(_ images: Tensor) -> Tensor { Tensor(zeros: [images.shape[0], 1]) }

  mutating func forward(_ images: Tensor) -> (y: Tensor, cache: Cache) { (self(images), Cache()) }

  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) {}

  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {}
}
