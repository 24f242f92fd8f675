/// A file that PyTorch wrote before version 1.6: magic number, version, system, state dict and
/// storage keys, each a pickle; then the storages in the order of their keys, each a count of
/// numbers and the numbers.
struct TorchLegacyFile {
  /// The magic number 0x1950a86a20f9469cfc6c as protocol 2 pickles it.
  private static let magic: [UInt8] = [
    0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  private let file: ByteFile

  init(_ file: ByteFile) { self.file = file }

  static func isFormat(of file: ByteFile) throws(FileError) -> Bool {
    guard file.count >= magic.count else { return false }
    return try file.bytes(at: 0, count: magic.count) == magic
  }

  func content() throws -> TorchContent {
    var window = PickleWindow(file, FileRegion(offset: 0, count: file.count))
    for _ in 0..<3 { _ = try window.pickle() }
    var content = TorchContent(file: file, pickle: try window.pickle())
    let list = try window.pickle()
    guard let keys = list.items(list.root) else { throw ByteReader.End() }
    let storages = storages(in: content.pickle)
    var blocker: String?
    for key in keys {
      guard let key = list.key(key), let storage = storages[key] else {
        throw content.damaged("its list of storages is broken")
      }
      if let width = storage.type.width, blocker == nil {
        let region = try window.storage(width: width)
        let count = region.count / width
        guard count == storage.count else {
          throw content.damaged("a storage has \(count) numbers, not \(storage.count)")
        }
        content.storages[key] = region
      } else {
        blocker = blocker ?? storage.type.name
        content.unreadable[key] = "it lies after numbers that are '\(blocker ?? "")'"
      }
    }
    return content
  }

  private func storages(in pickle: Pickle) -> [String: TorchStorage] {
    var storages: [String: TorchStorage] = [:]
    for value in pickle.values {
      guard case .persistent(let description) = value,
        let storage = TorchStorage(description, in: pickle)
      else { continue }
      storages[storage.key] = storage
    }
    return storages
  }
}
