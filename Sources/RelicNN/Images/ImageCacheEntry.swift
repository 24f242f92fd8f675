internal import Foundation

/// The files of a cache that hold one image, each at another reduction.
///
/// A file is eight letters, the key of the image's path, nine numbers of eight bytes, and the pixels.
struct ImageCacheEntry {
  private static let magic = Array("RELICIMG".utf8)
  /// The number of this layout.
  private static let version = 1
  private static let keyLength = 32
  private static let numberCount = 9
  private static let headerSize = magic.count + keyLength + 8 * numberCount

  private let key: String
  private let source: ByteFile.Version
  private let folder: String

  /// Names the entry of the image file at `path`, of which `source` is the version.
  init(of path: String, _ source: ByteFile.Version, in folder: String) {
    var digest = MD5()
    digest.update(Array(Self.absolute(path).utf8))
    key = digest.hexadecimal()
    self.source = source
    self.folder = "\(folder)/\(key.prefix(2))"
  }

  /// A path that means the same wherever a process stands.
  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// The bytes of an image's file.
  static func size(of image: ReducedImage) -> Int { headerSize + image.image.pixels.count }

  /// The bytes of the file at a reduction, 0 if there is none.
  func size(at reduction: ImageReduction) -> Int { ByteFile.size(of: path(reduction)) ?? 0 }

  /// Returns the image at the reduction that is chosen, or `nil` if it is not there.
  func read(
    pixelLimit: Int, _ choose: (_ width: Int, _ height: Int) -> ImageReduction
  ) -> ReducedImage? {
    // Any of the files tells the size by which is chosen; where there is one, it is mostly the one.
    for reduction in ImageReduction.allCases.reversed() {
      guard let stored = Stored(self, reduction, pixelLimit: pixelLimit) else { continue }
      let chosen = stored.canBeReduced ? choose(stored.width, stored.height) : .whole
      return chosen == reduction
        ? stored.image : Stored(self, chosen, pixelLimit: pixelLimit)?.image
    }
    return nil
  }

  /// Writes an image, all at once; it is not flushed to the disk, for its checksum tells.
  func write(_ image: ReducedImage) throws(FileError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: folder, reason: "the folder cannot be made")
    }
    let pixels = image.image.pixels
    let size = [image.canBeReduced ? 1 : 0, image.fullWidth, image.fullHeight].map { UInt64($0) }
    let numbers = identity(image.reduction) + size + [Checksum.of(pixels)]
    let file = try AtomicFile(path: path(image.reduction), isDisposable: true)
    try file.write(Self.magic + Array(key.utf8) + numbers.flatMap(\.littleEndianBytes))
    try file.write(pixels)
    try file.commit()
  }

  /// What an entry must have been made from, and how.
  private func identity(_ reduction: ImageReduction) -> [UInt64] {
    [Self.version, ImageCodec.jpegVersion, source.count, source.changed, reduction.rawValue]
      .map { UInt64(bitPattern: Int64($0)) }
  }

  private func path(_ reduction: ImageReduction) -> String {
    "\(folder)/\(key.dropFirst(2)).\(reduction.rawValue)"
  }

  /// A file of the entry that says it holds the image at one reduction.
  private struct Stored {
    let canBeReduced: Bool
    /// Those of the whole image.
    let width: Int
    let height: Int

    private let file: ByteFile
    private let reduction: ImageReduction
    private let checksum: UInt64

    init?(_ entry: ImageCacheEntry, _ reduction: ImageReduction, pixelLimit: Int) {
      let start = magic.count + keyLength
      guard let file = try? ByteFile(path: entry.path(reduction)),
        let name = try? file.bytes(at: 0, count: start), name == magic + Array(entry.key.utf8),
        let numbers = try? file.elements(at: start, count: numberCount, of: UInt64.self)
          .map(UInt64.init(littleEndian:)),
        Array(numbers.prefix(5)) == entry.identity(reduction), numbers[5] <= 1,
        let width = Int(exactly: numbers[6]), let height = Int(exactly: numbers[7]), width > 0,
        height > 0, !width.multipliedReportingOverflow(by: height).overflow,
        width * height <= pixelLimit
      else { return nil }
      self.file = file
      self.reduction = reduction
      (self.width, self.height) = (width, height)
      canBeReduced = numbers[5] == 1
      checksum = numbers[8]
      guard canBeReduced || reduction == .whole, file.count == headerSize + size else { return nil }
    }

    /// The bytes of the pixels.
    private var size: Int { 3 * reduction.side(of: width) * reduction.side(of: height) }

    /// The image, or `nil` if the pixels are not those that were written.
    var image: ReducedImage? {
      guard let pixels = try? file.bytes(at: headerSize, count: size),
        Checksum.of(pixels) == checksum
      else { return nil }
      let image = RGBImage(
        width: reduction.side(of: width), height: reduction.side(of: height), pixels: pixels)
      return ReducedImage(
        image: image, reduction: reduction, canBeReduced: canBeReduced, fullWidth: width,
        fullHeight: height)
    }
  }
}
