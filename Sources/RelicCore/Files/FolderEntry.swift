internal import Foundation

/// A name in a folder, and what it leads to.
package struct FolderEntry: Equatable {
  /// What an entry is, links followed.
  package enum Kind: Equatable {
    case folder
    case file
    /// A link whose target is not there.
    case deadLink
    case unreadable(reason: String)
  }

  /// The name's bytes, which need not be text.
  package let bytes: [UInt8]
  package let kind: Kind

  /// The name, if it is UTF-8.
  package var name: String? {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.utf8.elementsEqual(bytes) ? text : nil
  }

  /// The name as it can stand in a message: with `\xNN` for bytes that are no printable text.
  package var printed: String {
    if let name, !bytes.contains(where: { $0 < 32 || $0 == 127 }) { return name }
    return bytes.map { byte in
      (32..<127).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// Returns what lies in the folder at `path` in the order of the names' bytes, hidden entries
  /// too.
  package static func all(in path: String) throws(FileError) -> [FolderEntry] {
    guard let folder = unsafe opendir(path) else {
      throw .cannotRead(path: path, reason: systemReason())
    }
    defer { unsafe closedir(folder) }
    var entries: [FolderEntry] = []
    errno = 0
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 })
      }
      if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) {
        entries.append(FolderEntry(bytes: name, kind: kind(of: name, in: unsafe dirfd(folder))))
      }
      errno = 0
    }
    guard errno == 0 else { throw .cannotRead(path: path, reason: systemReason()) }
    return entries.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private static func kind(of name: [UInt8], in folder: CInt) -> Kind {
    var status = stat()
    let path = (name + [0]).map(CChar.init(bitPattern:))
    if unsafe fstatat(folder, path, &status, 0) == 0 {
      return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }
    return [ENOENT, ELOOP].contains(errno) ? .deadLink : .unreadable(reason: systemReason())
  }
}

/// What is the same of a folder under all its names.
package struct FolderIdentity: Hashable, Sendable {
  private let device: dev_t
  private let number: ino_t

  /// The identity of the folder that `path` leads to, or `nil` if that is none.
  package init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    device = status.st_dev
    number = status.st_ino
  }
}
