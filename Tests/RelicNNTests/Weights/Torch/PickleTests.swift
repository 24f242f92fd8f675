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

  @Test func `a call of anything else is kept by its name and never made`() throws {
    // os.system('echo'), as pickle writes it.
    let bytes = Array("cposix\nsystem\n(X".utf8) + [4, 0, 0, 0] + Array("echotR.".utf8)
    let pickle = try Pickle(bytes)
    #expect(pickle[pickle.root] == .object("posix.system", []))
    let global = try Pickle(Array("c__builtin__\neval\n)R.".utf8))
    #expect(global[global.root] == .object("__builtin__.eval", []))
  }

  @Test(arguments: [
    ("cargparse\nNamespace\n)\u{81}}b.", "argparse.Namespace"),
    ("ccopy_reg\n_reconstructor\n(cpkg\nArgs\nc__builtin__\nobject\nNtR}b.", "pkg.Args"),
    ("(ipkg\nOld\n}b.", "pkg.Old"), ("(cpkg\nOld\no.", "pkg.Old"),
    ("cpkg\nNew\n)}\u{92}.", "pkg.New"), ("\u{8f}(K\u{1}\u{90}.", "set"),
    ("(K\u{1}\u{91}.", "frozenset"), ("C\u{2}ab.", "bytes"), ("B\u{1}\0\0\0a.", "bytes"),
    ("\u{82}\u{1}.", "a registered extension"), ("\u{97}\u{98}.", "a buffer"),
    ("U\u{1}\u{ff}.", "str"), ("S'a\\n'\n.", "str"), ("N)R.", "a Python object"),
  ])
  func `what only Python could make is kept as its name`(_ text: String, _ name: String) throws {
    let pickle = try Pickle(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    #expect(pickle[pickle.root] == .object(name, []))
  }

  @Test func `the texts and numbers of Python 2 are read`() throws {
    // pickle.dumps({'w': 3L, 'flag': True}, 0) and {'w': 300} of protocol 1.
    let oldest = try Pickle(Array("(dp0\nS'w'\np1\nL3L\nsS'flag'\nI01\nsg1\n0.".utf8))
    let entries = try #require(oldest.dictionary(oldest.root))
    #expect(entries.map(\.key) == ["w", "flag"])
    #expect(entries.map { oldest[$0.value] } == [.integer(3), .bool(true)])
    let old = try Pickle(Array("}q\0U\u{1}wM".utf8) + [0x2c, 1] + Array("s.".utf8))
    #expect(old.dictionary(old.root)?.map { old[$0.value] } == [.integer(300)])
    // OrderedDict([['w', 1]]), all pairs at once.
    let pairs = try Pickle(Array("ccollections\nOrderedDict\n(](]S'w'\naI1\naetR.".utf8))
    #expect(pairs.dictionary(pairs.root)?.map { pairs[$0.value] } == [.integer(1)])
  }

  @Test func `a pickle of marks, memos or values without end is refused`() {
    let count = 3 << 20
    let memos = Array("N".utf8) + Array(repeating: UInt8(0x94), count: count)
    let lists = Array(repeating: UInt8(ascii: "]"), count: count)
    let marks = Array(repeating: UInt8(ascii: "("), count: 17 << 20)
    for bytes in [memos, lists, marks] {
      #expect(failure(bytes) == .excessive("its pickle describes more than any state dict has"))
    }
    // The names of a class, each of 600 bytes, recalled again and again.
    let name = Array(repeating: UInt8(ascii: "a"), count: 600)
    let names = Array("X".utf8) + [0x58, 0x02, 0, 0] + name + Array("q\0h\0h\0".utf8) + [0x93]
    #expect(
      failure(names) == .excessive("its pickle names what is longer than any class's name"))
    // One list of a thousand pairs, handed over again and again.
    let pair = "(K\u{1}K\u{2}t"
    let shared =
      "ccollections\nOrderedDict\nq\0(](" + String(repeating: pair, count: 1_000) + "etq\u{1}R"
      + String(repeating: "h\0h\u{1}R", count: 3_000)
    #expect(
      failure(Array(shared.utf8)) == .excessive("its pickle describes more than any state dict has")
    )
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
