import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct ConvertToONNXTests: ~Copyable {
  private let folder: TemporaryFolder
  private let encoder = EncoderModel.resnet16Tapered.network(stem: .small, seed: 1)

  init() throws { folder = try TemporaryFolder() }

  /// Writes the encoder as safetensors with these notes.
  private func weights(_ notes: [String: String]) throws -> String {
    var dict = encoder.stateDict()
    dict.metadata = notes
    let path = folder.path + "/encoder.safetensors"
    try Safetensors.write(dict, to: path)
    return path
  }

  private static let notes = [
    "format": "pt", "program": "relic 0", "model": "resnet16_tapered", "stem": "small",
    "image_size": "32",
  ]

  /// Checks that a file is the encoder as ONNX, whatever its notes.
  private func expectEncoder(_ name: String) throws {
    try ONNXModel.write(encoder, to: folder.path + "/expected")
    let expected = try folder.bytes("expected")
    #expect(try folder.bytes(name).prefix(expected.count) == expected)
  }

  @Test func `a file's notes say what it is, and stay in the model`() throws {
    let path = folder.path + "/a.onnx"
    #expect(
      Captured.run("convert", try weights(Self.notes), path)
        == Captured(
          output: "\(path): resnet16_tapered as a model of ONNX, from 'images' [batch, 3, height, "
            + "width] to 'features' [batch, 512]\n"))
    try expectEncoder("a.onnx")
    let text = String(decoding: try folder.bytes("a.onnx").suffix(200), as: UTF8.self)
    for note in ["image_size", "resnet16_tapered", "RGB in [0, 1]", "small"] {
      #expect(text.contains(note), "\(note)")
    }
    #expect(!text.contains("format"))
  }

  @Test func `a run's encoder is taken out of it`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    #expect(photos.pretrain("-m", "resnet16_tapered", "--stem", "small").code == .success)
    #expect(Captured.run("convert", photos.run, folder.path + "/b.onnx").code == .success)
    let trained = try EncoderFile(
      path: photos.run + "/encoder.safetensors", model: .resnet16Tapered, stem: .small
    ).read().encoder
    try ONNXModel.write(trained, to: folder.path + "/expected")
    let expected = try folder.bytes("expected")
    #expect(try folder.bytes("b.onnx").prefix(expected.count) == expected)
  }

  @Test func `strides that weights do not show must be given`() throws {
    let path = try weights([:])
    let refused = Captured.run("convert", path, folder.path + "/c.onnx")
    #expect(refused.code == .usage)
    #expect(
      refused.error
        == "relic: \(path): its first convolution is 3x3, of stride 1 or 2, which weights do not show; "
        + "give '--stem cifar' (stride 1) or '--stem small' (stride 2)\n")
    #expect(try folder.names() == ["encoder.safetensors"])
    #expect(
      Captured.run("convert", path, folder.path + "/c.onnx", "--stem", "small").code == .success)
    try expectEncoder("c.onnx")
  }

  @Test func `options of the other format are refused`() throws {
    let path = try weights(Self.notes)
    for (options, reason) in [
      (["--onnx", "x.safetensors"], "would hold a .onnx file"),
      (["x.onnx", "--names", "timm"], "the arrays of a model of ONNX have torchvision's names"),
      (["x.safetensors", "--stem", "small"], "which safetensors do not hold"),
    ] {
      let captured = Captured.run(["convert", path] + options)
      #expect(captured.code == .usage)
      #expect(captured.error.contains(reason), "\(captured.error)")
    }
    let other = Captured.run("convert", path, folder.path + "/x.onnx", "-m", "resnet50")
    #expect(other.code == .input)
    #expect(other.error.contains("it is that of '-m resnet16_tapered --stem small'"))
    #expect(try folder.names() == ["encoder.safetensors"])
  }

  @Test func `an EfficientNet gets timm's names`() throws {
    let network = EncoderModel.efficientnet.network(stem: .imagenet, seed: 1)
    let path = folder.path + "/efficientnet.safetensors"
    try Safetensors.write(network.stateDict(), to: path)
    let result = folder.path + "/timm.safetensors"
    #expect(Captured.run("convert", path, result, "--names", "timm").code == .success)
    let names = Set(try Safetensors.read(result).names)
    #expect(names.count == network.stateDict().names.count)
    for name in [
      "conv_stem.weight", "bn1.running_mean", "blocks.0.1.conv.weight",
      "blocks.1.0.conv_exp.weight",
      "blocks.2.3.conv_pwl.weight", "blocks.3.0.se.conv_reduce.bias", "blocks.5.14.bn3.weight",
      "conv_head.weight", "bn2.bias",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(!names.contains { $0.contains("features") || $0.contains("block.") })
  }
}
