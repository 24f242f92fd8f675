import Foundation
import Testing

@testable import RelicNN

@Suite struct TorchFileTests {
  /// The convolutions and norms of the fixture's small ResNet, with their kernels and widths.
  private static let convolutions: [(name: String, shape: [Int])] = [
    ("conv1", [4, 3, 7, 7]), ("layer1.0.conv1", [4, 4, 3, 3]), ("layer1.0.conv2", [4, 4, 3, 3]),
    ("layer1.1.conv1", [4, 4, 3, 3]), ("layer1.1.conv2", [4, 4, 3, 3]),
    ("layer2.0.conv1", [8, 4, 3, 3]), ("layer2.0.conv2", [8, 8, 3, 3]),
    ("layer2.0.downsample.0", [8, 4, 1, 1]), ("layer2.1.conv1", [8, 8, 3, 3]),
    ("layer2.1.conv2", [8, 8, 3, 3]),
  ]

  /// Checks every array of an encoder whose child `layer1` and so on were written as `written`.
  private func check(_ dict: StateDict, _ written: (String) -> String) {
    var expected = 0
    for (name, shape) in Self.convolutions {
      #expect(dict[name + ".weight"] == FormatFixture.floats(written(name + ".weight"), shape))
      let norm = name.replacing("conv", with: "bn").replacing("downsample.0", with: "downsample.1")
      for part in ["weight", "bias", "running_mean", "running_var"] {
        let full = "\(norm).\(part)"
        #expect(dict[full] == FormatFixture.floats(written(full), [shape[0]]), "\(full)")
      }
      expected += 5
    }
    #expect(dict.names.count == expected)
  }

  private func byPlace(_ name: String) -> String {
    name.replacing(/^conv1/, with: "0").replacing(/^bn1/, with: "1")
      .replacing(/^layer1/, with: "4").replacing(/^layer2/, with: "5")
  }

  @Test func `the reference's encoder file is read under torchvision's names`() throws {
    let dict = try TorchFile.read(FormatFixture.path("encoder.pth"))
    #expect(dict.names.prefix(2) == ["0.weight", "1.weight"])
    #expect(dict["1.num_batches_tracked"] == .integers([3], shape: []))
    check(try dict.encoderWeights(), byPlace)
  }

  @Test func `the format before version 1_6 gives the same arrays`() throws {
    let legacy = try TorchFile.read(FormatFixture.path("legacy.pth"))
    #expect(try legacy == TorchFile.read(FormatFixture.path("encoder.pth")))
  }

  @Test func `a storage of an unknown type is refused by the type's name`() throws {
    let bytes = try FormatFixture.bytes("legacy.pth")
      .replacing(Array("FloatStorage".utf8), with: Array("OddFloatStorage".utf8))
    let file = try TemporaryFile(bytes)
    #expect(
      throws: WeightFileError.unsupported(
        path: file.path,
        reason: "'0.weight' cannot be read: its numbers are 'OddFloat'")
    ) { try TorchFile.read(file.path) }
  }

  @Test func `torchvision's names stay and its classifier is left out`() throws {
    try check(WeightFile.read(FormatFixture.path("torchvision.pth")).encoderWeights()) { $0 }
  }

  @Test func `a wrapped model one level down is unwrapped`() throws {
    try check(WeightFile.read(FormatFixture.path("parallel.pth")).encoderWeights(), byPlace)
  }

  @Test func `the target encoder is taken out of the reference's model`() throws {
    let dict = try WeightFile.read(FormatFixture.path("relic_model.pth"))
    try check(dict.encoderWeights()) { "target_encoder.0." + byPlace($0) }
    let renamed = dict.withTorchvisionNames()
    #expect(
      renamed["online_encoder.0.layer1.0.conv1.weight"]
        == FormatFixture.floats("online_encoder.0.4.0.conv1.weight", [4, 4, 3, 3]))
    #expect(
      renamed["online_encoder.1.block.2.weight"]
        == FormatFixture.floats("online_encoder.1.block.2.weight", [4, 6]))
    #expect(renamed["tau"] == FormatFixture.floats("tau", []))
  }

  @Test func `EfficientNet's children have names again`() {
    var dict = StateDict()
    dict["0.0.0.weight"] = FormatFixture.floats("v", [2])
    dict["0.1.0.block.0.0.weight"] = FormatFixture.floats("w", [2])
    #expect(
      dict.withTorchvisionNames().names
        == ["features.0.0.weight", "features.1.0.block.0.0.weight"])
    #expect(dict.withTorchvisionNames().withReferenceNames() == dict)
  }

  @Test func `views, shared storages and every number type are read`() throws {
    let dict = try TorchFile.read(FormatFixture.path("views.pth"))
    guard case .floats(let base) = FormatFixture.floats("base", [4, 6]) else { return }
    func view(_ shape: [Int], _ place: (Int, Int) -> Int) -> StateDict.Value {
      let places = (0..<shape[0]).flatMap { i in (0..<(shape.last ?? 1)).map { place(i, $0) } }
      return .floats(Tensor(places.map { base.scalars[$0] }, shape: shape))
    }
    #expect(dict["shared"] == .floats(base))
    #expect(dict["transposed"] == view([6, 4]) { $1 * 6 + $0 })
    #expect(dict["column"] == .floats(Tensor((0..<4).map { base.scalars[$0 * 6 + 2] }, shape: [4])))
    #expect(dict["tail"] == view([2, 2]) { ($0 + 2) * 6 + 1 + 2 * $1 })
    #expect(dict["parameter"] == FormatFixture.floats("parameter", [2, 2]))
    for name in ["half", "brain", "double"] {
      #expect(dict[name] == FormatFixture.floats(name, [3]), "\(name)")
    }
    #expect(dict["long"] == FormatFixture.integers("long", [3]))
    #expect(dict["bool"] == FormatFixture.integers("bool", [3], below: 2))
    #expect(dict["scalar"] == .floats(Tensor([0.5], shape: [])))
    #expect(dict["empty"] == .floats(Tensor([], shape: [0, 3])))
  }

  @Test func `a whole module is refused with what to save instead`() throws {
    let error = #expect(throws: WeightFileError.self) {
      try TorchFile.read(FormatFixture.path("whole_module.pth"))
    }
    let text = try #require(error?.description)
    #expect(text.contains("'torch.nn.modules.linear.Linear'"), "\(text)")
    #expect(text.contains("state_dict()") && !text.contains("\n"))
  }

  @Test(arguments: ["views.pth", "legacy.pth"])
  func `a file cut off anywhere is refused`(_ name: String) throws {
    let bytes = try FormatFixture.bytes(name)
    for count in stride(from: 0, to: bytes.count, by: name == "views.pth" ? 1 : 97) {
      let file = try TemporaryFile(Array(bytes[..<count]))
      #expect(throws: (any Error).self, "\(count) bytes") { try WeightFile.read(file.path) }
    }
  }

  @Test(arguments: ["views.pth", "legacy.pth"])
  func `no damage to a byte ends the program`(_ name: String) throws {
    let bytes = try FormatFixture.bytes(name)
    for place in stride(from: 0, to: min(bytes.count, 12_000), by: name == "views.pth" ? 2 : 31) {
      for value: UInt8 in [0, 0x75, 0xff] {
        var damaged = bytes
        damaged[place] = value
        let file = try TemporaryFile(damaged)
        _ = try? WeightFile.read(file.path)
      }
    }
  }
}
