/// Carries out the instructions of a pickle that make values, and describes what others would make.
///
/// The instructions are those of Python's `pickletools`, protocols 0 to 5. Nothing is ever called:
/// see ``call(_:_:)`` for the few names whose result is known.
struct PickleMachine {
  /// More than any checkpoint has, and few enough that what describes them fits a small machine.
  private static let mostValues = 1 << 21
  private static let mostInstructions = 1 << 24

  /// Longer texts are no names; NumPy's arrays are written as such.
  private static let longestText = 1 << 16

  var values: [Pickle.Value] = []
  private(set) var reader: ByteReader
  private var stack: [Pickle.Reference] = []
  private var marks: [Int] = []
  private var memo: [Int: Pickle.Reference] = [:]
  /// Values without parts that were made before, so that long lists of them take no memory.
  private var common: [UInt8: Pickle.Reference] = [:]
  /// Entries of dictionaries that calls have made so far.
  var copiedEntries = 0

  init(_ reader: ByteReader) { self.reader = reader }

  mutating func run() throws -> Pickle.Reference {
    do {
      for _ in 0..<Self.mostInstructions {
        let code = try reader.byte()
        if code == UInt8(ascii: ".") { return try pop() }
        try step(code)
        guard max(values.count, memo.count, copiedEntries) <= Self.mostValues else { break }
      }
    } catch is ByteReader.End {
      throw Pickle.Failure.endsEarly
    }
    throw Pickle.Failure.excessive("its pickle describes more than any state dict has")
  }

  private mutating func step(_ code: UInt8) throws {
    switch Unicode.Scalar(code) {
    case "\u{80}": _ = try reader.byte()
    case "\u{95}": _ = try reader.take(8)
    case "(": marks.append(stack.count)
    case "0": try discard()
    case "1": _ = try popToMark()
    case "2": stack.append(try top())
    case "N", "\u{88}", "\u{89}", ")", "G": try pushCommon(code)
    case "K", "M", "J", "\u{8a}", "\u{8b}", "I", "L", "F": try pushNumber(code)
    case "\u{8c}", "X", "\u{8d}", "U", "T", "S", "V": try pushText(code)
    case "C", "B", "\u{8e}", "\u{96}": try skipBytes(code)
    case "}": push(.dictionary([]))
    case "]": push(.list([]))
    case "\u{8f}": push(.object("set", []))
    case "t": push(.tuple(try popToMark()))
    case "l": push(.list(try popToMark()))
    case "d": push(.dictionary(try entries(popToMark())))
    case "\u{85}": push(.tuple(try pop(1)))
    case "\u{86}": push(.tuple(try pop(2)))
    case "\u{87}": push(.tuple(try pop(3)))
    case "a": try append(pop(1))
    case "e", "\u{90}": try append(popToMark())
    case "s": try set(pop(2))
    case "u": try set(popToMark())
    case "Q": push(.persistent(try pop()))
    case "P":
      push(.text(try reader.line()))
      push(.persistent(try pop()))
    case "q": memo[try reader.unsigned(1)] = try top()
    case "r": memo[try reader.unsigned(4)] = try top()
    case "p": memo[try lineNumber()] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "h": stack.append(try recalled(try reader.unsigned(1)))
    case "j": stack.append(try recalled(try reader.unsigned(4)))
    case "g": stack.append(try recalled(try lineNumber()))
    default: try make(code)
    }
  }

  /// The instructions that name or make things of Python.
  private mutating func make(_ code: UInt8) throws {
    switch Unicode.Scalar(code) {
    case "c": push(.global(try reader.line() + "." + (try reader.line())))
    case "\u{93}": try pushGlobal()
    case "R", "\u{81}":
      let (arguments, function) = (try pop(), try pop())
      if code == 0x81 {
        push(.object(name(of: function), []))
      } else if let same = handedOn(by: function, arguments) {
        stack.append(same)
      } else {
        push(try call(function, arguments))
      }
    case "\u{92}":
      let parts = try pop(3)
      push(.object(name(of: parts[0]), []))
    case "i":
      let name = try reader.line() + "." + (try reader.line())
      _ = try popToMark()
      push(.object(name, []))
    case "o":
      guard let type = try popToMark().first else { throw Self.underflow }
      push(.object(name(of: type), []))
    case "\u{91}":
      _ = try popToMark()
      push(.object("frozenset", []))
    case "b": _ = try pop()  // The state of an object, which nothing here reads.
    case "\u{82}", "\u{83}", "\u{84}":
      _ = try reader.take([1, 2, 4][Int(code) - 0x82])
      push(.object("a registered extension", []))
    case "\u{97}": push(.object("a buffer", []))
    case "\u{98}": _ = try top()
    default: throw Pickle.Failure.damaged("its pickle has the instruction \(code)")
    }
  }

  private mutating func push(_ value: Pickle.Value) {
    values.append(value)
    stack.append(values.count - 1)
  }

  private func top() throws -> Pickle.Reference {
    guard let reference = stack.last else { throw Self.underflow }
    return reference
  }

  private mutating func pop() throws -> Pickle.Reference {
    let reference = try top()
    stack.removeLast()
    return reference
  }

  private mutating func pop(_ count: Int) throws -> [Pickle.Reference] {
    guard stack.count >= count else { throw Self.underflow }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [Pickle.Reference] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw Self.underflow }
    return try pop(stack.count - mark)
  }

  /// Takes away the last value, or the last mark if nothing was pushed after it.
  private mutating func discard() throws {
    if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
  }

  private func recalled(_ key: Int) throws -> Pickle.Reference {
    guard let reference = memo[key] else { throw Self.underflow }
    return reference
  }

  private mutating func lineNumber() throws -> Int {
    guard let number = Int(try reader.line()) else { throw Self.misplaced("a number") }
    return number
  }

  private mutating func pushCommon(_ code: UInt8) throws {
    if code == UInt8(ascii: "G") { _ = try reader.take(8) }
    if let made = common[code] { return stack.append(made) }
    switch Unicode.Scalar(code) {
    case "N": push(.none)
    case "G": push(.float)
    case ")": push(.tuple([]))
    default: push(.bool(code == 0x88))
    }
    common[code] = values.count - 1
  }

  private mutating func pushNumber(_ code: UInt8) throws {
    switch Unicode.Scalar(code) {
    case "K": push(.integer(try reader.unsigned(1)))
    case "M": push(.integer(try reader.unsigned(2)))
    case "J": push(.integer(Int(Int32(truncatingIfNeeded: try reader.unsigned(4)))))
    case "\u{8a}": push(.integer(Self.long(try reader.take(try reader.unsigned(1)))))
    case "\u{8b}": push(.integer(Self.long(try reader.take(try reader.unsigned(4)))))
    case "F":
      _ = try reader.line()
      push(.float)
    default:
      let line = try reader.line()
      if line == "00" || line == "01" { return push(.bool(line == "01")) }
      let digits = line.hasSuffix("L") ? line.dropLast() : line[...]
      push(Int(digits).map { .integer($0) } ?? .object("int", []))
    }
  }

  private static func long(_ bytes: ArraySlice<UInt8>) -> Int {
    guard bytes.count <= 8 else { return Int.max }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    return bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
  }

  private mutating func pushText(_ code: UInt8) throws {
    let text: String?
    switch Unicode.Scalar(code) {
    case "V": text = try reader.line()
    case "S":
      let line = try reader.line()
      let isPlain = line.count >= 2 && !line.contains("\\")
      text = isPlain ? String(line.dropFirst().dropLast()) : nil
    default:
      let width = ["\u{8c}": 1, "U": 1, "\u{8d}": 8][Unicode.Scalar(code)] ?? 4
      let bytes = try reader.take(try reader.unsigned(width))
      text = bytes.count > Self.longestText ? nil : String(validating: bytes, as: UTF8.self)
    }
    push(text.map { .text($0) } ?? .object("str", []))
  }

  private mutating func skipBytes(_ code: UInt8) throws {
    let width = ["C": 1, "B": 4][Unicode.Scalar(code)] ?? 8
    _ = try reader.take(try reader.unsigned(width))
    push(.object("bytes", []))
  }

  private mutating func append(_ items: [Pickle.Reference]) throws {
    let list = try top()
    switch values[list] {
    case .object: return
    case .list(var content):
      values[list] = .none  // So that the array below has one owner and grows in place.
      content += items
      values[list] = .list(content)
    default: throw Self.misplaced("a list")
    }
  }

  private mutating func set(_ items: [Pickle.Reference]) throws {
    let dictionary = try top()
    let entries = try entries(items)
    switch values[dictionary] {
    case .dictionary(var content):
      values[dictionary] = .none  // So that the array below has one owner and grows in place.
      content += entries
      values[dictionary] = .dictionary(content)
    case .object(let name, var content):
      values[dictionary] = .none
      content += entries
      values[dictionary] = .object(name, content)
    default: throw Self.misplaced("a dictionary")
    }
  }

  private func entries(_ items: [Pickle.Reference]) throws -> [Pickle.Entry] {
    guard items.count % 2 == 0 else { throw Self.misplaced("a value") }
    return stride(from: 0, to: items.count, by: 2).map {
      Pickle.Entry(key: items[$0], value: items[$0 + 1])
    }
  }

  private mutating func pushGlobal() throws {
    let names = try pop(2).map { values[$0] }
    guard case .text(let module) = names[0], case .text(let name) = names[1] else {
      throw Self.misplaced("a name")
    }
    // Each joins two texts anew, which a few bytes can recall again and again.
    guard module.utf8.count + name.utf8.count <= Self.longestName else {
      throw Pickle.Failure.excessive("its pickle names what is longer than any class's name")
    }
    push(.global(module + "." + name))
  }

  /// The most bytes of a module's and a class's name.
  private static let longestName = 1_000

  private static let underflow = Pickle.Failure.damaged("its pickle refers to nothing")

  static func misplaced(_ what: String) -> Pickle.Failure {
    .damaged("its pickle expects \(what) where there is none")
  }
}
