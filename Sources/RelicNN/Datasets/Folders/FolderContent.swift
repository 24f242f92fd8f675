internal import Foundation
internal import RelicCore

/// What lies in a folder of images, but for hidden entries, each in the order of the names' bytes.
///
/// Every entry is an image, a folder, counted among the other files, or refused by name: what is
/// left out in silence would move the numbers of the classes after it.
struct FolderContent {
  private(set) var images: [String] = []
  private(set) var folders: [String] = []
  private(set) var otherFiles = FileCounts()

  /// Whether there are neither images nor folders.
  var isEmpty: Bool { images.isEmpty && folders.isEmpty }

  /// Reads a folder.
  ///
  /// - Throws: A folder that is not there or cannot be read; an image or folder whose name is not
  ///   UTF-8 or holds a line break; a link that leads nowhere and might have been a class.
  init(of folder: String) throws(DatasetError) {
    let entries: [FolderEntry]
    do throws(FileError) {
      entries = try FolderEntry.all(in: folder)
    } catch {
      let isThere = error.reason != systemReason(ENOENT)
      throw isThere ? .unreadable(path: folder, reason: error.reason) : .noFolder(path: folder)
    }
    for entry in entries where entry.bytes.first != UInt8(ascii: ".") {
      try add(entry, in: folder)
    }
  }

  private mutating func add(_ entry: FolderEntry, in folder: String) throws(DatasetError) {
    let path = "\(folder)/\(entry.printed)"
    let isImage = ImageFile.isNamedAsImage(entry.printed)
    switch entry.kind {
    case .folder: folders.append(try Self.usableName(of: entry, at: path))
    // Whoever reads a dead link's image says that it is not there.
    case .file where isImage, .deadLink where isImage:
      images.append(try Self.usableName(of: entry, at: path))
    case .file: otherFiles.add(entry.printed)
    case .deadLink: throw .deadLink(path: path)
    case .unreadable(let reason): throw .unreadable(path: path, reason: reason)
    }
  }

  /// Returns a name that can stand in a list of one name a line.
  private static func usableName(
    of entry: FolderEntry, at path: String
  ) throws(DatasetError) -> String {
    guard let name = entry.name else { throw .unusableName(path: path, fault: "is not UTF-8") }
    guard !entry.bytes.contains(where: { $0 == 10 || $0 == 13 }) else {
      throw .unusableName(path: path, fault: "holds a line break")
    }
    return name
  }
}

/// The number of files by the ending of their names.
public struct FileCounts: Equatable, Sendable {
  /// By ending, in lower case and with its dot; empty for names without one.
  public private(set) var counts: [String: Int]

  /// Counts no files, or those given by ending.
  public init(_ counts: [String: Int] = [:]) { self.counts = counts }

  /// Whether there are no files.
  public var isEmpty: Bool { counts.isEmpty }

  mutating func add(_ name: String) {
    let dot = name.lastIndex(of: ".")
    counts[dot.map { name[$0...].lowercased() } ?? "", default: 0] += 1
  }

  mutating func add(_ other: FileCounts) { counts.merge(other.counts, uniquingKeysWith: +) }
}

extension FileCounts: CustomStringConvertible {
  /// `12 .webp, 3 .txt, 1 without ending`: the most frequent first, at most five of them.
  public var description: String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let named = sorted.prefix(5).map { "\($0.value) \($0.key.isEmpty ? "without ending" : $0.key)" }
    let rest = sorted.dropFirst(5).map(\.value).reduce(0, +)
    return (named + (rest > 0 ? ["\(rest) \(rest == 1 ? "other" : "others")"] : [])).joined(
      separator: ", ")
  }
}
