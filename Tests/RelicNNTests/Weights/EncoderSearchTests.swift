import TestSupport
import Testing

@testable import RelicNN

@Suite struct EncoderSearchTests {
  /// The names of a small ResNet as torchvision has them.
  private static let own = [
    "conv1.weight", "bn1.weight", "bn1.running_mean", "layer1.0.conv1.weight",
    "layer1.0.bn1.running_var", "layer2.0.conv1.weight", "layer2.0.downsample.0.weight",
  ]

  /// The same by place, stages from `first` on.
  private static func byPlace(_ first: Int) -> [String] {
    own.map {
      $0.replacing("layer1", with: "\(first)").replacing("layer2", with: "\(first + 1)")
        .replacing(/^conv1/, with: "0").replacing(/^bn1/, with: "1")
    }
  }

  /// Arrays that tell where they were: each is its place among the names.
  private static func dict(_ names: [String]) -> StateDict {
    var dict = StateDict()
    for (place, name) in names.enumerated() {
      dict[name] = .floats(Tensor([Float(place)], shape: [1]))
    }
    return dict
  }

  private static func below(_ prefix: String, _ names: [String] = own) -> [String] {
    names.map { prefix + $0 }
  }

  private static let trainers: [(trainer: String, names: [String])] = {
    var list: [(trainer: String, names: [String])] = []
    list.append(("lightly", below("backbone.", byPlace(4)) + ["projection_head.layers.0.weight"]))
    list.append(("lightly's own ResNet", below("backbone.", byPlace(2))))
    list.append(("solo-learn", below("encoder.") + ["projector.0.weight", "classifier.weight"]))
    list.append(("SimSiam", below("module.encoder.") + ["module.encoder.fc.0.weight"]))
    list.append(("mmselfsup", below("backbone.") + ["head.fc.weight"]))
    list.append(("compiled and wrapped", below("_orig_mod.module.")))
    list.append(("a classifier at the root", own + ["fc.weight", "queue"]))
    let small = below("encoder.").map { $0.replacing("downsample", with: "shortcut") }
    list.append(("a ResNet for small images", small))
    return list
  }()

  @Test(arguments: trainers)
  func `an encoder that lies whole under one prefix is found by itself`(
    _ trainer: String, _ names: [String]
  ) throws {
    let encoder = try Self.dict(names).encoderWeights()
    #expect(encoder.names == Self.own, "\(trainer)")
    #expect(encoder.alternatives == [])
    for (place, name) in Self.own.enumerated() {
      #expect(encoder.tensor(name)?.scalars == [Float(place)])
    }
  }

  @Test(arguments: [
    ("module.encoder_q.", "module.encoder_k."),
    ("module.base_encoder.", "module.momentum_encoder."),
    ("backbone.", "momentum_backbone."), ("backbone.", "backbone_momentum."),
    ("teacher.backbone.", "student.module.backbone."),
    ("online_network.encoder.", "target_network.encoder."),
    ("target_encoder.0.", "online_encoder.0."), ("", "ema."), ("", "module."),
  ])
  func `of two encoders the method's own is taken and the other named`(
    _ chosen: String, _ other: String
  ) throws {
    for first in [true, false] {
      let names = Self.below(first ? chosen : other) + Self.below(first ? other : chosen)
      let encoder = try Self.dict(names).encoderWeights()
      #expect(encoder.names == Self.own)
      #expect(encoder.tensor("conv1.weight")?.scalars == [first ? 0 : Float(Self.own.count)])
      #expect(encoder.alternatives == [other])
    }
  }

  @Test func `encoders without a convention are listed, and none is told`() {
    #expect(throws: EncoderSearchError.several(prefixes: ["left.", "right."])) {
      try Self.dict(Self.below("right.") + Self.below("left.")).encoderWeights()
    }
    #expect(throws: EncoderSearchError.none(names: ["fc.weight"])) {
      try Self.dict(["fc.weight"]).encoderWeights()
    }
  }

  @Test func `a copy below a wrapper keeps its names, and its prefix chooses it`() throws {
    let names = Self.byPlace(4) + Self.below("module.", Self.byPlace(4))
    let dict = Self.dict(names).withTorchvisionNames()
    #expect(dict.names == Self.own + Self.below("module.", Self.byPlace(4)))
    #expect(dict.alternatives == ["module."])
    let file = TemporaryFile()
    try Safetensors.write(Self.dict(names), to: file.path)
    let copy = try WeightFile.read(file.path, under: "module").encoderWeights()
    #expect(copy.names.sorted() == Self.own.sorted())
    #expect(copy.tensor("conv1.weight")?.scalars == [Float(Self.own.count)])
  }

  @Test func `thousands of stages take no longer than as many names`() {
    let count = 20_000
    let names =
      ["0.weight", "1.running_mean"] + (4..<(4 + count)).map { "\($0).0.conv1.weight" }
    let last = resultInTime { try? Self.dict(names).encoderWeights().names.last }
    #expect(last == "layer\(count).0.conv1.weight")
  }

  @Test func `an EfficientNet of timm is refused with the reason`() throws {
    let error = #expect(throws: EncoderSearchError.self) {
      try Self.dict(["conv_stem.weight", "bn1.weight", "blocks.0.0.conv.weight"]).encoderWeights()
    }
    let text = try #require(error?.description)
    #expect(text.contains("timm's tf_ models have the same arrays, pad otherwise"))
    #expect(!text.contains("\n"))
  }

  @Test func `names go to the reference's and back`() throws {
    let dict = Self.dict(Self.own)
    #expect(dict.withReferenceNames().names == Self.byPlace(4))
    #expect(dict.withReferenceNames().withTorchvisionNames() == dict)
    func model(_ own: [String]) -> [String] {
      var names = Self.below("online_encoder.0.", own)
      names += ["online_encoder.1.block.0.weight", "tau", "b"]
      names += Self.below("target_encoder.0.", own)
      return names + Self.below("adam.mean.online_encoder.0.", own)
    }
    let whole = Self.dict(model(Self.own))
    let reference = whole.withReferenceNames()
    #expect(reference.names == model(Self.byPlace(4)))
    #expect(reference.withTorchvisionNames() == whole)
  }

  @Test func `arrays that would get one name keep theirs`() {
    let dict = Self.dict(Self.below("encoder.") + ["conv1.weight"])
    #expect(dict.withTorchvisionNames() == dict)
  }

  @Test func `the architecture that a file shows is named where it is another one`() {
    let encoder = EncoderModel.resnet18.network(stem: .cifar, seed: 0).stateDict()
    #expect(encoder.architecture(besides: .resnet18, .imagenet) == "-m resnet18 --stem cifar")
    #expect(encoder.architecture(besides: .resnet18, .cifar) == nil)
    #expect(encoder.architecture(besides: .resnet18, .small) == nil)
    #expect(
      EncoderModel.resnet16Tapered.network(stem: .small, seed: 0).stateDict().architecture(
        besides: .resnet18, .small) == "-m resnet16_tapered --stem small")
    #expect(
      EncoderModel.resnet50.network(stem: .imagenet, seed: 0).stateDict().architecture(
        besides: .resnet18, .imagenet) == "-m resnet50 --stem imagenet")
    #expect(
      EncoderModel.efficientnet.network(stem: .imagenet, seed: 0).stateDict().architecture(
        besides: .resnet18, .imagenet) == "-m efficientnet")
  }

  @Test func `weights that are no numbers and negative variances are found by name`() {
    var dict = Self.dict(Self.own)
    #expect(dict.firstNotFinite == nil && dict.firstNegativeVariance == nil)
    dict["layer1.0.bn1.running_var"] = .floats(Tensor([1, -1e-9], shape: [2]))
    #expect(dict.firstNegativeVariance == "layer1.0.bn1.running_var")
    dict["bn1.weight"] = .floats(Tensor([1, .infinity], shape: [2]))
    #expect(dict.firstNotFinite == "bn1.weight")
  }
}
