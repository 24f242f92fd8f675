import Testing

@testable import RelicNN

@Suite struct CheckpointTests {
  private static func path(_ name: String) -> String {
    FormatFixture.path("../checkpoints/\(name)")
  }

  private static func check(_ dict: StateDict) {
    #expect(dict["conv1.weight"] == FormatFixture.floats("conv1.weight", [4, 3, 3, 3]))
    #expect(dict["bn1.weight"] == FormatFixture.floats("bn1.weight", [4]))
  }

  @Test(arguments: [
    "protocol1.pth", "protocol2.pth", "protocol4.pth", "protocol5.pth", "legacy.pth",
  ])
  func `what a training program keeps beside its weights is passed over`(_ name: String) throws {
    let dict = try WeightFile.read(Self.path(name))
    #expect(dict.names == ["conv1.weight", "bn1.weight"])
    Self.check(dict)
  }

  @Test func `the tar form gives tensors, views and parts of storages`() throws {
    let dict = try WeightFile.read(Self.path("tar.pth"))
    #expect(dict.names == ["conv1.weight", "bn1.weight", "view", "tail"])
    Self.check(dict)
    guard case .floats(let base) = FormatFixture.floats("base", [4, 6]) else { return }
    let places = (0..<6).flatMap { column in (0..<4).map { $0 * 6 + column } }
    #expect(dict["view"] == .floats(Tensor(places.map { base.scalars[$0] }, shape: [6, 4])))
    #expect(dict["tail"] == .floats(Tensor([1, 2, 3], shape: [3])))
  }

  @Test(arguments: ["tar.pth", "legacy.pth", "protocol4.pth"])
  func `a checkpoint cut off within its numbers is refused`(_ name: String) throws {
    let bytes = try FormatFixture.bytes("../checkpoints/\(name)")
    // A tar file ends in empty blocks that nobody reads.
    let end = name == "tar.pth" ? 6 * 512 : bytes.count
    for count in stride(from: 0, to: end, by: 61) {
      let file = try TemporaryFile(Array(bytes[..<count]))
      #expect(throws: (any Error).self, "\(count) bytes") { try WeightFile.read(file.path) }
    }
  }

  @Test(arguments: ["tar.pth", "legacy.pth", "protocol5.pth"])
  func `no damage to a byte of a checkpoint ends the program`(_ name: String) throws {
    let bytes = try FormatFixture.bytes("../checkpoints/\(name)")
    for place in stride(from: 0, to: min(bytes.count, 6_000), by: 3) {
      for value: UInt8 in [0, 0x31, 0x75, 0xff] {
        var damaged = bytes
        damaged[place] = value
        let file = try TemporaryFile(damaged)
        _ = try? WeightFile.read(file.path)
      }
    }
  }

  @Test func `compressed numbers are left out with the reason`() throws {
    let dict = try WeightFile.read(Self.path("compressed.pth"))
    #expect(dict.names == ["conv1.weight"])
    #expect(dict.unread == ["bn1.weight": "its numbers are compressed"])
  }

  @Test func `another set of weights is chosen by its key`() throws {
    let error = #expect(throws: WeightFileError.self) {
      try WeightFile.read(Self.path("protocol2.pth"), under: "swa")
    }
    #expect(error?.description.contains("no tensor's name begins with 'swa'") == true)
    let moments = try WeightFile.read(Self.path("protocol2.pth"), under: "optimizer.state.0")
    #expect(moments.names == ["step", "exp_avg", "exp_avg_sq"])
    #expect(moments["exp_avg"]?.shape == [2, 2])
  }
}
