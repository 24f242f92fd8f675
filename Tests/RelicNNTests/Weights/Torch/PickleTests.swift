import Testing

@testable import RelicNN

@Suite struct PickleTests {
  private func failure(_ bytes: [UInt8]) -> Pickle.Failure? {
    do {
      _ = try Pickle(bytes)
      return nil
    } catch { return error as? Pickle.Failure }
  }

  @Test func `numbers, texts and containers are described`() throws {
    // pickle.dumps({'a': (1, -2, 300, None, True), 'b': [7, 2.5]}, 2)
    let bytes: [UInt8] =
      [0x80, 2] + Array("}q\0(".utf8) + [0x58, 1, 0, 0, 0] + Array("a(".utf8)
      + [0x4b, 1, 0x4a, 0xfe, 0xff, 0xff, 0xff, 0x4d, 0x2c, 1] + Array("N".utf8) + [0x88]
      + Array("t".utf8) + [0x58, 1, 0, 0, 0] + Array("b]q\u{1}(K\u{7}G@".utf8)
      + [4, 0, 0, 0, 0, 0, 0] + Array("eu.".utf8)
    let pickle = try Pickle(bytes)
    let entries = try #require(pickle.dictionary(pickle.root))
    #expect(entries.map(\.key) == ["a", "b"])
    guard case .tuple(let items) = pickle[entries[0].value],
      case .list(let list) = pickle[entries[1].value]
    else {
      Issue.record("not a tuple and a list")
      return
    }
    #expect(
      items.map { pickle[$0] } == [.integer(1), .integer(-2), .integer(300), .none, .bool(true)])
    #expect(list.map { pickle[$0] } == [.integer(7), .float])
    #expect(pickle.count == bytes.count)
  }

  @Test func `a call of anything else is refused by its name`() {
    // os.system('echo'), as pickle writes it.
    let bytes = Array("cposix\nsystem\n(X".utf8) + [4, 0, 0, 0] + Array("echotR.".utf8)
    #expect(failure(bytes) == .refused("it calls 'posix.system'"))
    let global = Array("c__builtin__\neval\n)R.".utf8)
    #expect(failure(global) == .refused("it calls '__builtin__.eval'"))
  }

  @Test func `deep nesting and cycles exhaust nothing`() throws {
    let deep = Array(")".utf8) + Array(repeating: 0x85, count: 1_000_000) + Array(".".utf8)
    #expect(try Pickle(deep).values.count == 1_000_001)
    let cycle = Array("]q\0h\0a.".utf8)
    #expect(try Pickle(cycle).values == [.list([0])])
  }

  @Test(arguments: [
    "", ".", "t.", "a.", "(a.", "h\0.", "q\0", "s.", "R.", ")a.", "K", "X\u{9}", "Q",
  ])
  func `an instruction without what it needs is damage`(_ text: String) {
    guard case .damaged = failure(Array(text.utf8)) else {
      Issue.record("not refused as damaged: \(text)")
      return
    }
  }
}
