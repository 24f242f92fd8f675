import Foundation
import Testing

@testable import RelicNN
@testable import relic

/// Runs that start from an encoder's weights alone.
@Suite struct StartingWeightsTests {
  private let configuration = PretrainingConfiguration()

  /// Writes the weights of an encoder that no run begins with.
  private func write(
    to path: String, model: EncoderModel = .resnet18, below prefix: String = "",
    metadata: [String: String] = [:]
  ) throws -> StateDict {
    var dict = model.network(stem: .imagenet, seed: 77).stateDict(prefix)
    dict.metadata = metadata
    dict["fc.bias"] = .floats(Tensor([1, 2], shape: [2]))
    try Safetensors.write(dict, to: path)
    return dict
  }

  @Test func `both networks start from an encoder's weights, below a head as of any run`() throws {
    let photos = try PhotoFolder()
    let path = photos.path("resnet18.safetensors")
    let weights = try write(to: path)
    var generator = Philox(seed: 1, purpose: .weights)
    let encoder = ResNet(.eighteen, stem: .imagenet, using: &generator)
    let state = try StartingWeights(path: path, under: nil).state(
      encoder, configuration, stepsPerEpoch: 4
    ).checkpoint()
    let usual = Pretraining(encoder, configuration, stepsPerEpoch: 4).checkpoint()
    for (name, place) in [("conv1.weight", "0.weight"), ("layer4.1.bn2.bias", "7.1.bn2.bias")] {
      for network in ["online_encoder", "target_encoder"] {
        #expect(state["\(network).0.\(place)"] == weights[name], "\(network) \(name)")
        #expect(usual["\(network).0.0.weight"] != weights["conv1.weight"])
      }
    }
    for name in ["online_encoder.1.block.0.weight", "target_encoder.1.block.2.weight"] {
      #expect(state[name] != nil && state[name] == usual[name], "\(name)")
    }
  }

  @Test func `the program says what it took, and that pixels may differ`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    let path = photos.path("resnet18.safetensors")
    _ = try write(to: path)
    let trained = photos.pretrain(["--ckpt-path", path])
    #expect(trained.code == .success, "\(trained.error)")
    #expect(
      trained.output.hasPrefix(
        "\(path): an encoder alone; both networks start from it, below a new head\n"))
    #expect(
      trained.error.contains("note: if it was trained on normalised pixels, as torchvision's"))
    let own = photos.path("own.safetensors")
    _ = try write(to: own, metadata: ["program": "relic 0.1.0"])
    #expect(photos.pretrain(["--ckpt-path", own, "--overwrite"]).error == "")
  }

  @Test func `the file is recorded, and is needed again by runs that begin alone`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    let path = photos.path("resnet18.safetensors")
    _ = try write(to: path, below: "left")
    #expect(photos.pretrain("--ckpt-path", path, "--prefix", "left").code == .success)
    let run = RunFolder(path: photos.run)
    #expect(try run.options().weights == path)
    #expect(Captured.run("info", run.path).output.contains(", from the weights of \(path)\n"))
    #expect(Captured.run("info", run.path, "--json").output.contains(#""ckpt_path":""#))
    let again = Captured.run(
      "pretrain", "--config", run.configurationPath, "--save-model-dir", photos.path("again"))
    #expect(again.code == .success)
    let files = [run.encoderPath, photos.path("again/encoder.safetensors")]
    let contents = try files.map { try Data(contentsOf: URL(filePath: $0)) }
    #expect(contents[0] == contents[1])

    try FileManager.default.removeItem(atPath: path)
    #expect(Captured.run("pretrain", "--resume", run.path, "--epochs", "2").code == .success)
    let typed = Captured.run("pretrain", "--resume", run.path, "--ckpt-path", path)
    #expect(typed.code == .usage && typed.error.contains("leave out --ckpt-path and --config"))
    let missing = Captured.run(
      "pretrain", "--config", run.configurationPath, "--save-model-dir", photos.path("third"))
    #expect(missing.code == .input && missing.error.hasPrefix("relic: \(path): "))
    #expect(
      missing.error.hasSuffix(
        "it is the 'ckpt_path' of \(run.configurationPath): name the file by --ckpt-path\n"))
    // A file that is named instead is taken without the prefix of the other.
    _ = try write(to: photos.path("other.safetensors"))
    let other = Captured.run(
      "pretrain", "--config", run.configurationPath, "--save-model-dir", photos.path("third"),
      "--ckpt-path", photos.path("other.safetensors"))
    #expect(other.code == .success, "\(other.error)")
    let replaced = photos.pretrain("--ckpt-path", run.checkpointPath, "--overwrite")
    #expect(replaced.code == .usage)
    #expect(replaced.error.contains("'--ckpt-path' is \(run.checkpointPath), which '--overwrite'"))
    #expect(run.holdsCheckpoint)
  }

  @Test func `one of several encoders is chosen by its prefix`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    let path = photos.path("two.safetensors")
    var dict = EncoderModel.resnet18.network(stem: .imagenet, seed: 1).stateDict("left")
    let other = EncoderModel.resnet18.network(stem: .imagenet, seed: 2).stateDict("right")
    for name in other.names { dict[name] = other[name] }
    try Safetensors.write(dict, to: path)
    let refused = photos.pretrain(["--ckpt-path", path])
    #expect(refused.code == .input)
    #expect(refused.error.contains("choose one with --prefix: left, right"))
    let options = ["--ckpt-path", path, "--prefix", "right", "--learning-rate", "0"]
    #expect(photos.pretrain(options).code == .success)
    let checkpoint = try Safetensors.read(photos.run + "/checkpoint.safetensors")
    #expect(checkpoint["online_encoder.0.0.weight"] == other["right.conv1.weight"])
    #expect(photos.pretrain(["--prefix", "right"]).error.contains("'--ckpt-path' is missing"))
  }

  @Test func `an encoder that does not fit is refused with the options that do`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    let path = photos.path("resnet50.safetensors")
    _ = try write(to: path, model: .resnet50)
    let refused = photos.pretrain(["--ckpt-path", path])
    #expect(refused.code == .input)
    #expect(refused.error.hasSuffix("it is that of '-m resnet50 --stem imagenet'\n"))
    #expect(!FileManager.default.fileExists(atPath: photos.run + "/config.json"))
    #expect(photos.pretrain().code == .success)
    let run = photos.pretrain(["--ckpt-path", photos.run, "--overwrite"])
    #expect(run.code == .usage)
    #expect(run.error.contains("which holds a run; give its encoder.safetensors or checkpoint."))
  }
}
