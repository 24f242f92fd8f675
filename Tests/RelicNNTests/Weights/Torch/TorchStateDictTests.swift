import TestSupport
import Testing

@testable import RelicNN

@Suite struct TorchStateDictTests {
  /// The instructions of a pickle that push a text.
  private static func text(_ text: String) -> [UInt8] {
    Array("X".utf8) + [UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
  }

  /// The instructions that push a tensor of one float.
  private static func tensor(axes: Int = 1) -> [UInt8] {
    let ones = "(" + String(repeating: "K\u{1}", count: axes) + "t"
    return Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage")
      + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu")
      + Array("K\u{1}tQK\0\(ones)\(ones)NNtR".utf8)
  }

  /// The instructions that push a dictionary.
  private static func dictionary(_ entries: [(key: String, value: [UInt8])]) -> [UInt8] {
    Array("}(".utf8) + entries.flatMap { text($0.key) + $0.value } + Array("u".utf8)
  }

  /// Reads the state dict of a pickle, over a storage of one float.
  private static func read(_ instructions: [UInt8], under prefix: String? = nil) throws -> StateDict
  {
    let file = try TemporaryFile([0, 0, 0x80, 0x3f])
    return try TorchStateDict(
      content: TorchContent(
        file: ByteFile(path: file.path), pickle: Pickle(instructions + Array(".".utf8)),
        storages: ["0": FileRegion(offset: 0, count: 4)])
    ).read(under: prefix)
  }

  @Test func `a model is found beside a score that is a tensor`() throws {
    let model = Self.dictionary([("w", Self.tensor())])
    for key in ["state_dict", "model_state_dict", "model"] {
      let checkpoint = Self.dictionary([
        ("epoch", Array("K\u{3}".utf8)), (key, model), ("best_acc1", Self.tensor()),
      ])
      #expect(try Self.read(checkpoint).names == ["w"], "\(key)")
    }
    #expect(try Self.read(Self.dictionary([("best_acc1", Self.tensor())])).names == ["best_acc1"])
  }

  @Test func `the averaged network of two is taken, and the other is named`() throws {
    let checkpoint = Self.dictionary([
      ("student", Self.dictionary([("s", Self.tensor())])), ("epoch", Array("K\u{3}".utf8)),
      ("teacher", Self.dictionary([("t", Self.tensor())])),
      ("optimizer", Self.dictionary([("m", Self.tensor())])),
    ])
    let dict = try Self.read(checkpoint)
    #expect(dict.names == ["t"])
    #expect(dict.alternatives == ["student"])
    #expect(try Self.read(checkpoint, under: "student").names == ["s"])
  }

  @Test(arguments: ["callbacks", "loops", "hyper_parameters", "hparams_of_run"])
  func `what Lightning keeps beside its model is not offered as weights`(_ key: String) throws {
    let kept = Self.dictionary([("best_model_score", Self.tensor())])
    let checkpoint = Self.dictionary([
      ("state_dict", Self.dictionary([("w", Self.tensor())])),
      (key, Self.dictionary([("ModelCheckpoint", kept)])),
    ])
    let dict = try Self.read(checkpoint)
    #expect(dict.names == ["w"])
    #expect(dict.alternatives == [])
    let score = try Self.read(checkpoint, under: "\(key).ModelCheckpoint")
    #expect(score.names == ["best_model_score"])
  }

  @Test func `two models without a convention are listed`() throws {
    let model = Self.dictionary([("w", Self.tensor())])
    let other = Self.dictionary([("v", Self.tensor())])
    let error = #expect(throws: WeightFileError.self) {
      try Self.read(Self.dictionary([("left", model), ("right", other)]))
    }
    #expect(error?.description.contains("--prefix: left, right") == true)
  }

  @Test func `a state dict two levels down is found, beside an optimiser's state`() throws {
    let model = Self.dictionary([("w", Self.tensor())])
    let moments = Self.dictionary([("state", Self.dictionary([("0", model)]))])
    let checkpoint = Self.dictionary([
      ("model", Self.dictionary([("state_dict", model)])), ("optimizer", moments),
    ])
    #expect(try Self.read(checkpoint).names == ["w"])
    #expect(try Self.read(checkpoint, under: "model").names == ["w"])
  }

  @Test func `tensors under numbers and no tensors are refused`() throws {
    let numbered = Array("}K\u{1}".utf8) + Self.tensor() + Array("s".utf8)
    let error = #expect(throws: WeightFileError.self) { try Self.read(numbered) }
    #expect(error?.description.contains("'1' cannot be read: it lies under a number") == true)
    let none = #expect(throws: WeightFileError.self) { try Self.read(Array("}".utf8)) }
    #expect(none?.description.contains("it holds no tensors") == true)
  }

  @Test func `an object among the tensors is named only where it is asked for`() throws {
    let quantized = Array("ctorch._utils\n_rebuild_qtensor\n)R".utf8)
    let dict = try Self.read(Self.dictionary([("w", Self.tensor()), ("q", quantized)]))
    #expect(dict.names == ["w"])
    #expect(
      dict.unread == [
        "q": "it is made by 'torch._utils._rebuild_qtensor', which takes Python"
      ])
    var linear = BatchNorm2D(channels: 1)
    let mismatch = #expect(throws: StateDictMismatch.self) {
      try linear.load(dict.renamed { $0 == "q" ? "weight" : $0 })
    }
    #expect(mismatch?.missing.first?.hasPrefix("weight (it is made by") == true)
  }

  @Test func `a storage smaller than its description is damage`() throws {
    let large = Self.tensor().split(separator: Array("K\u{1}tQ".utf8), maxSplits: 1)
    let tensor = large[0] + Array("K\u{2}tQ".utf8) + large[1]
    let error = #expect(throws: WeightFileError.self) {
      try Self.read(Self.dictionary([("w", Array(tensor))]))
    }
    #expect(error?.description.contains("the storage of 'w' does not fill its 4 bytes") == true)
  }

  @Test func `a storage of the form before 1_6 whose bytes cannot be counted is damage`() throws {
    let huge: [UInt8] = [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40]  // 1 << 62
    let tensor = Self.tensor().replacing(
      Array("K\u{1}tQ".utf8), with: huge + Array("tQ".utf8), maxReplacements: 1)
    // The magic number, version and system; state dict; keys; the storage.
    var bytes = try Array(FormatFixture.bytes("legacy.pth").prefix(15)) + Array("K\u{1}.}.".utf8)
    bytes += Self.dictionary([("w", tensor)]) + Array(".".utf8)
    bytes += Array("](".utf8) + Self.text("0") + Array("e.".utf8)
    bytes += UInt64(1).littleEndianBytes + [0, 0, 0x80, 0x3f]
    let file = try TemporaryFile(bytes)
    #expect(
      throws: WeightFileError.damaged(
        path: file.path, reason: "a storage has 1 numbers, not 4611686018427387904")
    ) { try TorchFile.read(file.path) }
  }

  @Test func `a tensor of more axes than PyTorch has is refused`() throws {
    let largest = try Self.read(Self.dictionary([("w", Self.tensor(axes: 64))]))
    #expect(largest["w"]?.shape.count == 64)
    let error = #expect(throws: WeightFileError.self) {
      try Self.read(Self.dictionary([("w", Self.tensor(axes: 65))]))
    }
    #expect(error?.description.contains("'w' is no tensor of at most 64 axes") == true)
  }

  @Test func `a dictionary that many entries share is looked through once`() {
    let count = 200_000
    // A text as memo 1, and as memo 0 a dictionary of it; then a dictionary of that.
    let shared =
      Self.text("a") + Array("q\u{1}0}q\0(".utf8)
      + Array(repeatElement(Array("h\u{1}h\u{1}".utf8), count: count).joined())
    let root =
      Array("u0}(".utf8)
      + Array(repeatElement(Array("h\u{1}h\0".utf8), count: count).joined()) + Array("u".utf8)
    let reason = resultInTime {
      do {
        _ = try Self.read(shared + root)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(reason?.contains("it holds no tensors") == true)
  }
}
