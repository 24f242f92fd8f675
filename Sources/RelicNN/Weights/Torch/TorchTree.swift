/// The dictionaries of a checkpoint, one below the other, and which of them is the model's.
struct TorchTree {
  typealias Entry = Pickle.NamedEntry

  /// Keys under which training programs keep the state dict of their model.
  ///
  /// Of the networks of a self-distillation, its authors evaluate the averaged one.
  private static let usualKeys = ["state_dict", "model_state_dict", "model", "teacher"]

  /// What the keys of an optimiser's and a schedule's state begin with, and those of Lightning's
  /// progress and settings.
  private static let trainingKeys = [
    "optim", "scaler", "sched", "lr_sched", "loss", "amp", "callbacks", "loops",
    "hyper_parameters", "hparams",
  ]

  /// Deeper dictionaries are not searched.
  private static let deepest = 8

  private let content: TorchContent
  private let holders: Set<Pickle.Reference>

  init(_ content: TorchContent) {
    self.content = content
    var search = Search(content: content)
    search.visit(content.pickle.root, depth: 0)
    holders = search.holders
  }

  /// Whether a value is a dictionary with a tensor in it or in a dictionary below.
  func holdsTensors(_ reference: Pickle.Reference) -> Bool { holders.contains(reference) }

  /// The entries of the model's state dict in or below the dictionary `top`, and the keys of other
  /// dictionaries that may be meant.
  func model(below top: Pickle.Reference) throws -> (entries: [Entry], others: [String]) {
    var node = top
    var others: [String] = []
    var path = ""
    // A cycle of dictionaries ends here, too.
    for _ in 0...Self.deepest {
      let entries = content.pickle.dictionary(node) ?? []
      let below = entries.filter { holdsTensors($0.value) }
      let usual = Self.usualKeys.compactMap { key in below.first { $0.key == key } }.first
      // A training program may keep a score as a tensor beside its model.
      if usual == nil, isDirect(node) || below.isEmpty { return (entries, others) }
      let chosen = try usual ?? only(below)
      others += below.filter { isModel($0) && $0.key != chosen.key }.map { path + $0.key }
      path += chosen.key + "."
      node = chosen.value
    }
    throw WeightFileError.unsupported(
      path: content.file.path, reason: "its dictionaries lie more than \(Self.deepest) deep")
  }

  /// The entries whose names begin with `prefix`, without it: below the model's state dict, or else
  /// below the keys that it names.
  func entries(under prefix: String) throws -> [Entry]? {
    if let own = try? model(below: content.pickle.root).entries,
      let found = Self.entries(own, under: prefix)
    {
      return found
    }
    var node = content.pickle.root
    var rest = prefix[...]
    for _ in 0...Self.deepest {
      let entries = content.pickle.dictionary(node) ?? []
      if let found = Self.entries(entries.filter { content.isTensor($0.value) }, under: rest) {
        return found
      }
      let next = entries.first { entry in
        holdsTensors(entry.value) && (rest == entry.key || rest.hasPrefix(entry.key + "."))
      }
      guard let next else { return nil }
      node = next.value
      rest = rest.dropFirst(next.key.count + 1)
      if rest.isEmpty { return try model(below: node).entries }
    }
    return nil
  }

  private static func entries(_ entries: [Entry], under prefix: some StringProtocol) -> [Entry]? {
    let start = prefix.hasSuffix(".") ? String(prefix) : prefix + "."
    let found = entries.filter { $0.key.hasPrefix(start) }
    if found.isEmpty { return nil }
    return found.map {
      Entry(key: String($0.key.dropFirst(start.count)), value: $0.value, isNumbered: false)
    }
  }

  /// The one of several dictionaries that is a model's.
  private func only(_ below: [Entry]) throws -> Entry {
    let direct = below.filter { isDirect($0.value) }
    for candidates in [direct, direct.filter(isModel), below.filter(isModel)]
    where candidates.count == 1 {
      return candidates[0]
    }
    let keys = below.map(\.key)
    throw WeightFileError.several(path: content.file.path, prefixes: keys)
  }

  private func isModel(_ entry: Entry) -> Bool {
    !Self.trainingKeys.contains { entry.key.lowercased().hasPrefix($0) }
  }

  private func isDirect(_ reference: Pickle.Reference) -> Bool {
    content.pickle.dictionary(reference)?.contains { content.isTensor($0.value) } ?? false
  }

  /// Finds the dictionaries with tensors; one that many entries share is looked through once.
  private struct Search {
    let content: TorchContent
    var holders: Set<Pickle.Reference> = []
    private var seen: Set<Pickle.Reference> = []

    init(content: TorchContent) { self.content = content }

    mutating func visit(_ reference: Pickle.Reference, depth: Int) {
      guard depth <= TorchTree.deepest, seen.insert(reference).inserted,
        let entries = content.pickle.dictionary(reference)
      else { return }
      for entry in entries {
        if content.isTensor(entry.value) {
          holders.insert(reference)
        } else {
          visit(entry.value, depth: depth + 1)
          if holders.contains(entry.value) { holders.insert(reference) }
        }
      }
    }
  }
}
