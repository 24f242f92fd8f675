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
  private static func read(_ instructions: [UInt8]) throws -> StateDict {
    let file = try TemporaryFile([0, 0, 0x80, 0x3f])
    return try TorchStateDict(
      file: ByteFile(path: file.path), pickle: Pickle(instructions + Array(".".utf8)),
      storages: ["0": ZipArchive.Member(offset: 0, count: 4)]
    ).read()
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
