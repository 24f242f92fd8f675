import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// An encoder of which `onnx/` has the digest of the model and ONNX Runtime's features.
struct ONNXCase: Sendable, CustomTestStringConvertible {
  let model: EncoderModel
  let stem: Stem

  var name: String {
    model == .efficientnet ? model.rawValue : "\(model.rawValue)-\(stem.rawValue)"
  }

  var testDescription: String { name }

  static let all =
    [EncoderModel.resnet18, .resnet50, .resnet16Tapered].flatMap { model in
      Stem.allCases.map { ONNXCase(model: model, stem: $0) }
    } + [ONNXCase(model: .efficientnet, stem: .imagenet)]

  /// The encoder whose weights `make_onnx_fixtures.py` has computed, too.
  func encoder() throws -> any EncoderNetwork {
    func filled(_ network: some EncoderNetwork) throws -> any EncoderNetwork {
      var network = network
      try Formula.fill(&network)
      if model == .efficientnet { Self.calm(&network) }
      return network
    }
    return try filled(model.network(stem: stem, seed: 0))
  }

  /// Scales normalisations so that gates do not saturate, where rounding would decide.
  private static func calm(_ network: inout some EncoderNetwork) {
    network.visitParameters("") { _, parameter in
      if parameter.role == .scale { parameter.value = parameter.value.mapped { $0 * 0.8125 } }
    }
  }
}

/// The files that `make_onnx_fixtures.py` has made after ONNX Runtime had read each model.
@Suite struct ONNXModelTests {
  @Test(arguments: ONNXCase.all)
  func `a model has the bytes that ONNX Runtime was given, and its features are the encoder's`(
    _ example: ONNXCase
  ) throws {
    let fixture = try Safetensors.read(Fixtures.path("onnx/features.safetensors"))
    let encoder = try example.encoder()
    let folder = try TemporaryFolder()
    let path = folder.path + "/encoder.onnx"
    #expect(try ONNXModel.write(encoder, to: path))
    #expect(MD5.ofFile(path) == fixture.metadata[example.name])
    let expected = try #require(fixture.tensor(example.name))
    let images = Formula.images("onnx", [2, 3, 32, 40]).mapped { $0 * 0.5 + 0.5 }
    expectClose(
      encoder(images), expected, example.name,
      within: Tolerance(relative: 1e-4, absolute: 1e-6, floor: expected.rootMeanSquare))
  }

  @Test func `notes come last and change nothing before them`() throws {
    let folder = try TemporaryFolder()
    let encoder = EncoderModel.resnet16Tapered.network(stem: .small, seed: 1)
    try ONNXModel.write(encoder, to: folder.path + "/a")
    try ONNXModel.write(encoder, metadata: ["b": "2", "a": "1"], to: folder.path + "/b")
    let (a, b) = try (
      Data(contentsOf: URL(fileURLWithPath: folder.path + "/a")),
      Data(contentsOf: URL(fileURLWithPath: folder.path + "/b"))
    )
    #expect(b.prefix(a.count) == a)
    let notes: [UInt8] = [
      0x72, 6, 0x0a, 1, 0x61, 0x12, 1, 0x31, 0x72, 6, 0x0a, 1, 0x62, 0x12, 1, 0x32,
    ]
    #expect([UInt8](b.dropFirst(a.count)) == notes)
  }
}
