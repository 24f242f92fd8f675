import Foundation
import LinearProbe
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct EncoderFileTests {
  /// Writes an encoder of random weights, changed by `change`, below `prefix`.
  private static func write(
    _ stem: Stem = .imagenet, below prefix: String = "", to path: String,
    _ change: (inout StateDict) -> Void = { _ in }
  ) throws {
    var dict = EncoderModel.resnet18.network(stem: stem, seed: 1).stateDict()
    change(&dict)
    try Safetensors.write(dict.renamed { prefix + $0 }, to: path)
  }

  /// A data folder of two images.
  private static func images(in folder: borrowing TemporaryFolder) throws -> String {
    let fixtures = Fixtures.path("images")
    let path = folder.path + "/images"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["rgb.png", "rgb.jpg"] {
      try FileManager.default.copyItem(atPath: "\(fixtures)/\(name)", toPath: "\(path)/\(name)")
    }
    return path
  }

  private static func extract(_ file: String, _ data: String, _ more: [String] = []) -> Captured {
    Captured.run(
      [
        "extract", "--encoder", file, "-m", "resnet18", "--dataset-name", "folder",
        "--dataset-path", data, "--image-size", "32", "--output", file + ".features",
      ] + more)
  }

  @Test func `weights that are no numbers are refused by name, and no features are written`() throws
  {
    let folder = try TemporaryFolder()
    let file = folder.path + "/e.safetensors"
    try Self.write(to: file) { dict in
      guard var scalars = dict.tensor("layer2.0.bn1.bias")?.scalars else { return }
      scalars[3] = .nan
      dict["layer2.0.bn1.bias"] = .floats(Tensor(scalars, shape: [128]))
    }
    let captured = Self.extract(file, try Self.images(in: folder))
    #expect(captured.code == .input)
    #expect(captured.error.contains("'layer2.0.bn1.bias' holds NaN or infinite numbers"))
    #expect(!FileManager.default.fileExists(atPath: file + ".features"))
    let converted = Captured.run("convert", file, folder.path + "/c")
    #expect(converted.code == .success)
    #expect(converted.error.contains("warning: \(file): 'layer2.0.bn1.bias' holds NaN"))
  }

  @Test func `negative variances and features that overflow are refused`() throws {
    let folder = try TemporaryFolder()
    let data = try Self.images(in: folder)
    let file = folder.path + "/e.safetensors"
    try Self.write(to: file) {
      $0["bn1.running_var"] = .floats(Tensor(repeating: -1, shape: [64]))
    }
    #expect(Self.extract(file, data).error.contains("'bn1.running_var' holds a negative variance"))
    try Self.write(to: file) {
      for name in ["layer4.1.bn2.weight", "layer4.1.bn2.bias"] {
        $0[name] = .floats(Tensor(repeating: .greatestFiniteMagnitude, shape: [512]))
      }
    }
    let captured = Self.extract(file, data)
    #expect(captured.code == .input)
    #expect(captured.error.contains("gives NaN or infinite features for"), "\(captured.error)")
  }

  @Test func `the stem that a file has is named where another was asked for`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/e.safetensors"
    try Self.write(.cifar, to: file)
    let data = try Self.images(in: folder)
    let captured = Self.extract(file, data)
    #expect(captured.code == .input)
    #expect(captured.error.contains("it is that of '-m resnet18 --stem cifar'"))
    #expect(Self.extract(file, data, ["--stem", "cifar"]).code == .success)
  }

  @Test func `one of two encoders is chosen by its prefix`() throws {
    let folder = try TemporaryFolder()
    let data = try Self.images(in: folder)
    let (file, alone) = (folder.path + "/two.safetensors", folder.path + "/alone.safetensors")
    var both = EncoderModel.resnet18.network(stem: .imagenet, seed: 1).stateDict().renamed {
      "left." + $0
    }
    let other = EncoderModel.resnet18.network(stem: .imagenet, seed: 2).stateDict()
    for name in other.names { both["right." + name] = other[name] }
    try Safetensors.write(both, to: file)
    try Safetensors.write(other, to: alone)
    let listed = Self.extract(file, data)
    #expect(listed.code == .input)
    #expect(listed.error.contains("choose one with --prefix: left, right"))
    #expect(Self.extract(file, data, ["--prefix", "right"]).code == .success)
    #expect(Self.extract(alone, data).code == .success)
    let name = "/train_features.npy"
    #expect(
      try Features(contentsOf: file + ".features" + name)
        == Features(contentsOf: alone + ".features" + name))
    let none = Self.extract(file, data, ["--prefix", "middle"])
    #expect(none.error.contains("no array's name begins with 'middle.'"))
  }

  @Test func `pixels are normalised as the encoder's training did it, and that is recorded`() throws
  {
    let folder = try TemporaryFolder()
    let data = try Self.images(in: folder)
    let file = folder.path + "/e.safetensors"
    try Self.write(to: file)
    #expect(Self.extract(file, data, ["--mean", "imagenet"]).error == "")
    let named = try JSONDecoder().decode(
      FeatureDescription.self, from: folder.bytes("e.safetensors.features/features.json"))
    #expect(named.pixelMean == [0.485, 0.456, 0.406])
    #expect(named.pixelDeviation == [0.229, 0.224, 0.225])
    let features = try Features(contentsOf: file + ".features/train_features.npy")
    let numbers = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]
    #expect(Self.extract(file, data, numbers).error == "")
    #expect(try Features(contentsOf: file + ".features/train_features.npy") == features)
    let set = try openDataset(name: "folder", path: data, split: .train)
    let batch = try EvaluationLoader(dataset: set, imageSize: 32, batchSize: 2).batch(0)
    var pixels = batch.images.scalars
    for index in pixels.indices {
      pixels[index] =
        (pixels[index] - [0.485, 0.456, 0.406][index % 3]) / [0.229, 0.224, 0.225][index % 3]
    }
    let network = EncoderModel.resnet18.network(stem: .imagenet, seed: 1)
    let expected = network(Tensor(pixels, shape: batch.images.shape))
    for row in 0..<2 {
      #expect(features.row(row) == expected.rows(row..<(row + 1)).scalars.map { Double($0) })
    }
  }

  @Test(arguments: [
    (["--mean", "0.5"], "'--std' is missing"), (["--std", "0.5"], "'--mean' is missing"),
    (["--mean", "123.7,116,103", "--std", "1"], "one or three numbers from 0 to 1"),
    (["--mean", "0.5,0.5", "--std", "1"], "one or three numbers from 0 to 1"),
    (["--mean", "0.5", "--std", "0"], "'--std' has a 0"),
  ])
  func `a normalisation that is not whole is refused`(_ options: [String], _ part: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/e.safetensors"
    try Self.write(to: file)
    let captured = Self.extract(file, try Self.images(in: folder), options)
    #expect(captured.code == .usage)
    #expect(captured.error.contains(part), "\(captured.error)")
  }
}
