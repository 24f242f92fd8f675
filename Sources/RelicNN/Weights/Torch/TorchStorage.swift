/// A typed run of numbers that tensors are views of, as a pickle names it.
struct TorchStorage {
  let key: String
  let type: TorchType
  /// The number of its numbers.
  let count: Int
  /// The part of them that this storage is, in the forms where storages were cut from others.
  private let view: (offset: Int, count: Int)?

  /// The storage that `('storage', type, key, device, count, view)` stands for, or `nil` if this is
  /// none.
  init?(_ description: Pickle.Reference, in pickle: Pickle) {
    guard case .tuple(let parts) = pickle[description], parts.count >= 5,
      case .text("storage") = pickle[parts[0]], case .global(let typeName) = pickle[parts[1]],
      let key = pickle.key(parts[2]), let count = pickle.integer(parts[4]), count >= 0
    else { return nil }
    self.key = key
    self.count = count
    type = TorchType(typeName)
    guard parts.count > 5, let view = pickle.items(parts[5]), view.count == 3 else {
      self.view = nil
      return
    }
    guard let offset = pickle.integer(view[1]), let size = pickle.integer(view[2]), offset >= 0,
      size >= 0, offset <= count, size <= count - offset
    else { return nil }
    self.view = (offset, size)
  }

  /// The part of `region` that is this storage's, or `nil` if the region is too small.
  func part(of region: FileRegion, width: Int) -> FileRegion? {
    guard count <= region.count / width else { return nil }
    guard let view else { return FileRegion(offset: region.offset, count: count * width) }
    return FileRegion(offset: region.offset + view.offset * width, count: view.count * width)
  }
}
