/// A file that PyTorch wrote before version 0.2: a tar file of `storages`, `tensors` and `pickle`.
///
/// The pickle has keys where tensors stand; `tensors` has their shapes, `storages` the numbers.
struct TorchTarFile {
  private let file: ByteFile

  init(_ file: ByteFile) { self.file = file }

  func content() throws -> TorchContent {
    let members = try TarArchive(file).members
    guard let storages = members["storages"], let tensors = members["tensors"],
      let pickle = members["pickle"]
    else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "it is a tar file, but not one of torch.save")
    }
    var window = PickleWindow(file, pickle)
    var content = TorchContent(file: file, pickle: try window.pickle())
    content.tensors = try views(tensors, of: self.storages(storages))
    return content
  }

  private typealias Storage = (type: TorchType, width: Int, region: FileRegion)

  private func storages(_ member: FileRegion) throws -> [String: Storage] {
    var window = PickleWindow(file, member)
    var storages: [String: Storage] = [:]
    for _ in 0..<(try count(&window, in: member)) {
      let (key, _, type) = try triple(&window)
      guard case .global(let name) = type, let width = TorchType(name).width else {
        throw damaged("a storage has a type of unknown width")
      }
      storages[key] = (TorchType(name), width, try window.storage(width: width))
    }
    // (key, key of the storage it is cut from, first number, numbers)
    let views = try window.pickle()
    for view in views.items(views.root) ?? [] {
      guard let parts = views.items(view), parts.count == 4, let key = views.key(parts[0]),
        let root = views.key(parts[1]).flatMap({ storages[$0] }),
        let offset = views.integer(parts[2]), let count = views.integer(parts[3]),
        offset >= 0, count >= 0, offset <= root.region.count / root.width,
        count <= root.region.count / root.width - offset
      else { throw damaged("a part of a storage does not lie in it") }
      storages[key] = (
        root.type, root.width,
        FileRegion(offset: root.region.offset + offset * root.width, count: count * root.width)
      )
    }
    return storages
  }

  /// Of each tensor: a pickle of its key, its storage's and its type; its axes as four bytes and
  /// four more; extents, strides and offset of eight bytes each.
  private func views(
    _ member: FileRegion, of storages: [String: Storage]
  ) throws -> [String: TorchView] {
    var window = PickleWindow(file, member)
    var views: [String: TorchView] = [:]
    for _ in 0..<(try count(&window, in: member)) {
      let (key, storageKey, _) = try triple(&window)
      guard let storage = storages[storageKey] else {
        throw damaged("a tensor has no numbers")
      }
      var head = try window.reader(of: 8)
      let rank = try head.unsigned(4)
      guard rank <= TorchView.largestRank else {
        throw damaged("a tensor has \(rank) axes")
      }
      var numbers = try window.reader(of: 16 * rank + 8)
      let shape = try (0..<rank).map { _ in try numbers.signed64() }
      let strides = try (0..<rank).map { _ in try numbers.signed64() }
      do {
        views[key] = try TorchView(
          type: storage.type, region: storage.region, offset: try numbers.signed64(),
          shape: shape, strides: strides)
      } catch let misfit as TorchView.Misfit {
        throw damaged("a tensor \(misfit.reason)")
      }
    }
    return views
  }

  /// A count at the start of a member; each thing counted takes more than one of its bytes.
  private func count(_ window: inout PickleWindow, in member: FileRegion) throws -> Int {
    let pickle = try window.pickle()
    guard let count = pickle.integer(pickle.root), (0...member.count).contains(count) else {
      throw ByteReader.End()
    }
    return count
  }

  private func triple(
    _ window: inout PickleWindow
  ) throws -> (key: String, second: String, third: Pickle.Value) {
    let pickle = try window.pickle()
    guard let parts = pickle.items(pickle.root), parts.count == 3,
      let key = pickle.key(parts[0]), let second = pickle.key(parts[1])
    else { throw damaged("its list of tensors is broken") }
    return (key, second, pickle[parts[2]])
  }

  private func damaged(_ reason: String) -> WeightFileError {
    .damaged(path: file.path, reason: reason)
  }
}
