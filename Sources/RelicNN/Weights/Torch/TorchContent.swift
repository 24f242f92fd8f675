/// What a file of `torch.save` holds: a description, and the numbers that it refers to.
struct TorchContent {
  let file: ByteFile
  let pickle: Pickle
  /// Where the numbers of each storage lie, by the storage's key.
  var storages: [String: FileRegion] = [:]
  /// Storages that lie in the file but cannot be read, with the reason.
  var unreadable: [String: String] = [:]
  /// The tensors of the form before version 0.2, whose pickle has nothing but their keys.
  var tensors: [String: TorchView] = [:]

  /// What a value of the pickle is, as far as tensors are concerned.
  enum Kind {
    case tensor(TorchView)
    /// A tensor or an object whose numbers cannot be had, with the reason.
    case unread(String)
    case other
  }

  /// Whether a value is a tensor, without a look at where it lies.
  func isTensor(_ reference: Pickle.Reference) -> Bool {
    switch pickle[reference] {
    case .tensor: true
    case .persistent(let key): pickle.key(key).map { tensors[$0] != nil } ?? false
    default: false
    }
  }

  /// Returns the tensor that a value of the pickle describes.
  ///
  /// - Throws: ``WeightFileError`` about `name` if the tensor is damaged.
  func kind(of reference: Pickle.Reference, called name: String) throws(WeightFileError) -> Kind {
    switch pickle[reference] {
    case .persistent(let key):
      pickle.key(key).flatMap { tensors[$0] }.map { .tensor($0) } ?? .other
    case .object(let maker, let entries) where entries.isEmpty:
      .unread("it is made by '\(maker)', which takes Python")
    case .tensor(let arguments): try tensor(arguments, name)
    default: .other
    }
  }

  private func tensor(
    _ arguments: [Pickle.Reference], _ name: String
  ) throws(WeightFileError) -> Kind {
    guard case .persistent(let description) = pickle[arguments[0]],
      let storage = TorchStorage(description, in: pickle),
      let offset = pickle.integer(arguments[1]),
      let shape = pickle.integers(arguments[2], atMost: TorchView.largestRank),
      let strides = pickle.integers(arguments[3], atMost: TorchView.largestRank)
    else {
      throw damaged("'\(name)' is no tensor of at most \(TorchView.largestRank) axes")
    }
    var type = storage.type
    if arguments.count >= 7, case .global(let own) = pickle[arguments[6]] { type = TorchType(own) }
    guard let width = type.element?.width else { return .unread("its numbers are '\(type.name)'") }
    if let reason = unreadable[storage.key] { return .unread(reason) }
    guard let region = storages[storage.key] else {
      throw damaged("the numbers of '\(name)' are missing")
    }
    guard let part = storage.part(of: region, width: storage.type.width ?? width) else {
      throw damaged("the storage of '\(name)' does not fill its \(region.count) bytes")
    }
    do throws(TorchView.Misfit) {
      return .tensor(
        try TorchView(
          type: type, region: part, offset: offset, shape: shape, strides: strides))
    } catch {
      throw damaged("'\(name)' \(error.reason)")
    }
  }

  func damaged(_ reason: String) -> WeightFileError { .damaged(path: file.path, reason: reason) }
}
