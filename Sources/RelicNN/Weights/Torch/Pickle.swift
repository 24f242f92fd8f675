/// What a pickle describes, read without carrying anything out.
///
/// Values lie in one array and refer to each other by index, so that neither deep nesting nor
/// cycles can exhaust the stack. A name of Python code is kept as a name.
struct Pickle {
  /// The index of a value.
  typealias Reference = Int

  /// A value, whose parts are other values.
  enum Value: Equatable {
    case none
    case bool(Bool)
    case integer(Int)
    case float
    case text(String)
    case tuple([Reference])
    case list([Reference])
    case dictionary([Entry])
    /// The dotted name of something in Python.
    case global(String)
    /// Something that the pickle leaves to the program that reads it, by this description.
    case persistent(Reference)
    /// A tensor, by the arguments of `torch._utils._rebuild_tensor_v2`.
    case tensor([Reference])
  }

  /// A key and its value.
  struct Entry: Equatable {
    let key: Reference
    let value: Reference
  }

  /// A pickle that is broken, or that asks for more than to be described.
  enum Failure: Error, Equatable {
    case damaged(String)
    case refused(String)
  }

  /// Every value that the pickle made.
  let values: [Value]
  /// The value that the pickle stands for.
  let root: Reference
  /// The bytes that the pickle takes.
  let count: Int

  /// Reads the pickle that `bytes` start with.
  ///
  /// - Throws: ``Failure``.
  init(_ bytes: [UInt8]) throws {
    var machine = PickleMachine(bytes)
    root = try machine.run()
    values = machine.values
    count = machine.reader.position
  }

  subscript(reference: Reference) -> Value { values[reference] }

  /// The texts of `reference`'s dictionary as keys, or `nil` if it is no dictionary.
  func dictionary(_ reference: Reference) -> [(key: String, value: Reference)]? {
    guard case .dictionary(let entries) = values[reference] else { return nil }
    return entries.compactMap { entry in
      guard case .text(let key) = values[entry.key] else { return nil }
      return (key, entry.value)
    }
  }

  /// The numbers of `reference`'s tuple, or `nil` if it holds anything else or more than `limit`.
  func integers(_ reference: Reference, atMost limit: Int) -> [Int]? {
    guard case .tuple(let items) = values[reference], items.count <= limit else { return nil }
    let numbers = items.compactMap(integer)
    return numbers.count == items.count ? numbers : nil
  }

  /// The number that `reference` is, or `nil`.
  func integer(_ reference: Reference) -> Int? {
    if case .integer(let number) = values[reference] { number } else { nil }
  }
}

/// Carries out the instructions of a pickle that make values, and refuses all others.
///
/// The instructions are those of Python's `pickletools`; calls are answered for the names in
/// ``call()`` alone.
private struct PickleMachine {
  private(set) var values: [Pickle.Value] = []
  private(set) var reader: ByteReader
  private var stack: [Pickle.Reference] = []
  private var marks: [Int] = []
  private var memo: [Int: Pickle.Reference] = [:]

  init(_ bytes: [UInt8]) { reader = ByteReader(bytes) }

  mutating func run() throws -> Pickle.Reference {
    do {
      while true {
        let code = try reader.byte()
        if code == UInt8(ascii: ".") { return try pop() }
        try step(code)
      }
    } catch is ByteReader.End {
      throw Pickle.Failure.damaged("its pickle ends early")
    }
  }

  private mutating func step(_ code: UInt8) throws {
    switch Unicode.Scalar(code) {
    case "\u{80}": _ = try reader.byte()
    case "\u{95}": _ = try reader.take(8)
    case "(": marks.append(stack.count)
    case "0": _ = try pop()
    case "1": _ = try popToMark()
    case "N": push(.none)
    case "\u{88}": push(.bool(true))
    case "\u{89}": push(.bool(false))
    case "K": push(.integer(try reader.unsigned(1)))
    case "M": push(.integer(try reader.unsigned(2)))
    case "J": push(.integer(Int(Int32(truncatingIfNeeded: try reader.unsigned(4)))))
    case "\u{8a}": push(.integer(try long()))
    case "G":
      _ = try reader.take(8)
      push(.float)
    case "\u{8c}": push(.text(try text(1)))
    case "X": push(.text(try text(4)))
    case "}": push(.dictionary([]))
    case "]": push(.list([]))
    case ")": push(.tuple([]))
    case "t": push(.tuple(try popToMark()))
    case "\u{85}": push(.tuple(try pop(1)))
    case "\u{86}": push(.tuple(try pop(2)))
    case "\u{87}": push(.tuple(try pop(3)))
    case "a": try append(pop(1))
    case "e": try append(popToMark())
    case "s": try set(pop(2))
    case "u": try set(popToMark())
    case "c": push(.global(try reader.line() + "." + (try reader.line())))
    case "\u{93}": try pushGlobal()
    case "Q": push(.persistent(try pop()))
    case "R": try call()
    case "b": _ = try pop()  // The state of a dictionary is its notes, which nothing here reads.
    case "q": memo[try reader.unsigned(1)] = try top()
    case "r": memo[try reader.unsigned(4)] = try top()
    case "\u{94}": memo[memo.count] = try top()
    case "h": stack.append(try recalled(try reader.unsigned(1)))
    case "j": stack.append(try recalled(try reader.unsigned(4)))
    case "\u{81}", "\u{92}", "i", "o":
      throw Pickle.Failure.refused("it builds a '\(globalsOnStack.last ?? "Python object")'")
    default:
      throw Pickle.Failure.refused("its pickle has the instruction \(code)")
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

  private func recalled(_ key: Int) throws -> Pickle.Reference {
    guard let reference = memo[key] else { throw Self.underflow }
    return reference
  }

  private mutating func long() throws -> Int {
    let bytes = try reader.take(Int(try reader.byte()))
    guard bytes.count <= 8 else { return Int.max }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    return bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
  }

  private mutating func text(_ width: Int) throws -> String {
    String(decoding: try reader.take(try reader.unsigned(width)), as: UTF8.self)
  }

  private mutating func append(_ items: [Pickle.Reference]) throws {
    let list = try top()
    guard case .list(var content) = values[list] else { throw Self.misplaced("a list") }
    values[list] = .none  // So that the array below has one owner and grows in place.
    content += items
    values[list] = .list(content)
  }

  private mutating func set(_ items: [Pickle.Reference]) throws {
    let dictionary = try top()
    guard case .dictionary(var content) = values[dictionary], items.count % 2 == 0 else {
      throw Self.misplaced("a dictionary")
    }
    values[dictionary] = .none  // So that the array below has one owner and grows in place.
    for index in stride(from: 0, to: items.count, by: 2) {
      content.append(Pickle.Entry(key: items[index], value: items[index + 1]))
    }
    values[dictionary] = .dictionary(content)
  }

  private mutating func pushGlobal() throws {
    let names = try pop(2).map { values[$0] }
    guard case .text(let module) = names[0], case .text(let name) = names[1] else {
      throw Self.misplaced("a name")
    }
    push(.global(module + "." + name))
  }

  private mutating func call() throws {
    let (arguments, function) = (try pop(), try pop())
    guard case .tuple(let items) = values[arguments], case .global(let name) = values[function]
    else { throw Self.misplaced("a call") }
    switch (name, items.count) {
    case ("collections.OrderedDict", 0): push(.dictionary([]))
    case ("torch._utils._rebuild_tensor_v2", 6...7): push(.tensor(items))
    case ("torch._utils._rebuild_parameter", 3): stack.append(items[0])
    case ("torch.Size", 1): stack.append(items[0])
    default: throw Pickle.Failure.refused("it calls '\(name)'")
    }
  }

  private var globalsOnStack: [String] {
    stack.compactMap { if case .global(let name) = values[$0] { name } else { nil } }
  }

  private static let underflow = Pickle.Failure.damaged("its pickle refers to nothing")

  private static func misplaced(_ what: String) -> Pickle.Failure {
    .damaged("its pickle expects \(what) where there is none")
  }
}
