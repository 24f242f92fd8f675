internal import Foundation
internal import Synchronization

/// Decoded images on disk, so that a file is decoded once for many epochs and runs.
///
/// Nothing in the folder is needed: it may be deleted at any time. Nothing there is trusted either:
/// an entry is used if it names the file, its length, its time of change and the decoder, has the
/// length that its image demands, and the checksum of its pixels; any other is made anew. One process
/// at a time adds entries, up to a limit of bytes; all may read them.
public final class ImageCache: Sendable {
  private struct State {
    var bytes: Int
    var isClosed: Bool
    /// Held while this process adds entries; `nil` while another does.
    let lock: FolderLock?
  }

  private let folder: String
  private let limit: Int
  private let tell: @Sendable (String) -> Void
  private let state: Mutex<State>

  /// Opens a cache, making its folder where it is missing.
  ///
  /// - Parameters:
  ///   - folder: A folder for the cache alone.
  ///   - limit: The most bytes that entries may take together.
  ///   - tell: Told in a line, from any worker, why nothing is added any more.
  /// - Throws: `FileError` if the folder cannot be made or read, or holds something else.
  public init(
    _ folder: String, limit: Int, tell: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(FileError) {
    self.folder = ImageCacheEntry.absolute(folder)
    self.limit = limit
    self.tell = tell
    var lock: FolderLock?
    do throws(FileError) {
      lock = try FolderLock(folder, writing: [])
    } catch .inUse {
      tell("another process adds to the cache \(folder); this one only reads it")
    }
    let parts = try Self.parts(of: folder)
    if lock != nil { for part in parts { AtomicFile.removeAbandoned(in: part) } }
    let bytes = parts.reduce(0) { sum, part in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: part)) ?? []
      return sum + names.reduce(0) { $0 + (ByteFile.size(of: "\(part)/\($1)") ?? 0) }
    }
    state = Mutex(State(bytes: bytes, isClosed: lock == nil, lock: lock))
  }

  /// The folders within the folder: two hexadecimal digits each, and nothing else.
  private static func parts(of folder: String) throws(FileError) -> [String] {
    var parts: [String] = []
    for entry in try FolderEntry.all(in: folder) {
      let path = "\(folder)/\(entry.printed)"
      // Links are not followed here: what is written must stay in the folder.
      let type =
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      guard type == .typeDirectory, entry.bytes.count == 2,
        entry.bytes.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
      else {
        throw .cannotWrite(
          path: folder,
          reason: "it holds '\(entry.printed)', so it is no cache of images; "
            + "name a folder for the cache alone")
      }
      parts.append(path)
    }
    return parts
  }

  /// Returns an image as `ImageFile` reads it, out of the cache where it is there.
  func image(
    of path: String, pixelLimit: Int,
    _ reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws(ImageError) -> ReducedImage {
    guard let version = ByteFile.version(of: path) else {
      return try ImageFile.read(path, pixelLimit: pixelLimit, reduction)
    }
    let entry = ImageCacheEntry(of: path, version, in: folder)
    if let found = entry.read(pixelLimit: pixelLimit, reduction) { return found }
    let image = try ImageFile.read(path, pixelLimit: pixelLimit, reduction)
    add(image, as: entry)
    return image
  }

  private func add(_ image: ReducedImage, as entry: ImageCacheEntry) {
    let growth = ImageCacheEntry.size(of: image) - entry.size(at: image.reduction)
    let isFull = state.withLock { state -> Bool? in
      if state.isClosed { return nil }
      guard state.bytes + growth <= limit else { return true }
      state.bytes += growth
      return false
    }
    guard let isFull else { return }
    if isFull { return close("is full (\(limit / 1_000_000) MB)") }
    do throws(FileError) {
      try entry.write(image)
    } catch {
      state.withLock { $0.bytes -= growth }
      close("cannot be written to: \(error.reason)")
    }
  }

  private func close(_ reason: String) {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    if isFirst { tell("the cache \(folder) \(reason); nothing is added to it any more") }
  }
}

extension ImageCache: Equatable {
  /// Whether the two are one.
  public static func == (left: ImageCache, right: ImageCache) -> Bool { left === right }
}
