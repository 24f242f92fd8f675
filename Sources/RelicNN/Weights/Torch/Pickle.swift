/// What a pickle describes, read without carrying anything out.
///
/// Values lie in one array and refer to each other by index, so that neither deep nesting nor
/// cycles can exhaust the stack. A name of Python code is kept as a name, and what such code would
/// make is kept as an object of which only the name is known.
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
    /// A tensor, by the arguments of `torch._utils._rebuild_tensor_v2` or of its sisters.
    case tensor([Reference])
    /// What Python code of this name would make, and the entries that were set in it.
    case object(String, [Entry])
  }

  /// A key and its value.
  struct Entry: Equatable {
    let key: Reference
    let value: Reference
  }

  /// A pickle that is broken, or that describes more than a weight file has.
  enum Failure: Error, Equatable {
    case damaged(String)
    case excessive(String)

    static let endsEarly = Failure.damaged("its pickle ends early")

    static func ~= (pattern: Failure, error: any Error) -> Bool { error as? Failure == pattern }
  }

  /// Every value that the pickle made.
  let values: [Value]
  /// The value that the pickle stands for.
  let root: Reference
  /// The bytes that the pickle takes.
  let count: Int

  /// An entry whose key is a text, or a number written as one.
  struct NamedEntry {
    let key: String
    let value: Reference
    let isNumbered: Bool
  }

  /// Reads the pickle that begins at byte `start` of `bytes`.
  ///
  /// - Throws: ``Failure``.
  init(_ bytes: [UInt8], from start: Int = 0) throws {
    var machine = PickleMachine(ByteReader(bytes, from: start))
    root = try machine.run()
    values = machine.values
    count = machine.reader.position - start
  }

  subscript(reference: Reference) -> Value { values[reference] }

  /// The entries of `reference`'s dictionary whose keys are texts or numbers, or `nil` if it is no
  /// dictionary nor an object that was filled like one.
  func dictionary(_ reference: Reference) -> [NamedEntry]? {
    let entries: [Entry]
    switch values[reference] {
    case .dictionary(let own): entries = own
    case .object(_, let own) where !own.isEmpty: entries = own
    default: return nil
    }
    return entries.compactMap { entry in
      switch values[entry.key] {
      case .text(let key): NamedEntry(key: key, value: entry.value, isNumbered: false)
      case .integer(let key): NamedEntry(key: String(key), value: entry.value, isNumbered: true)
      default: nil
      }
    }
  }

  /// The parts of `reference`'s tuple or list, or `nil` if it is neither.
  func items(_ reference: Reference) -> [Reference]? {
    switch values[reference] {
    case .tuple(let items), .list(let items): items
    default: nil
    }
  }

  /// The numbers of `reference`'s tuple, or `nil` if it holds anything else or more than `limit`.
  func integers(_ reference: Reference, atMost limit: Int) -> [Int]? {
    guard let items = items(reference), items.count <= limit else { return nil }
    let numbers = items.compactMap(integer)
    return numbers.count == items.count ? numbers : nil
  }

  /// The number that `reference` is, or `nil`.
  func integer(_ reference: Reference) -> Int? {
    if case .integer(let number) = values[reference] { number } else { nil }
  }

  /// The text or number that `reference` is, as a text, or `nil`.
  func key(_ reference: Reference) -> String? {
    switch values[reference] {
    case .text(let text): text
    case .integer(let number): String(number)
    default: nil
    }
  }
}
