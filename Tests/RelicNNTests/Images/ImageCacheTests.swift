import Foundation
import Synchronization
import TestSupport
import Testing

@testable import RelicNN

@Suite struct ImageCacheTests: ~Copyable {
  private let folder: TemporaryFolder
  private let told: Told

  private var photo: String { folder.path + "/photo.jpg" }
  private var place: String { folder.path + "/cache" }

  /// What a cache has told.
  private final class Told: Sendable {
    let lines = Mutex<[String]>([])
  }

  init() throws {
    let folder = try TemporaryFolder()
    let photo = folder.path + "/photo.jpg"
    try FileManager.default.copyItem(atPath: Fixtures.path("images/large.jpg"), toPath: photo)
    try Self.setTime(1_700_000_000, of: photo)
    self.folder = folder
    told = Told()
  }

  private func cache(limit: Int = 1 << 30) throws -> ImageCache {
    try ImageCache(place, limit: limit) { [told] line in told.lines.withLock { $0.append(line) } }
  }

  private func image(
    _ cache: ImageCache, _ reduction: ImageReduction = .half
  ) throws -> ReducedImage {
    try cache.image(of: photo, pixelLimit: ImageFile.pixelLimit) { _, _ in reduction }
  }

  private func decoded(_ reduction: ImageReduction = .half) throws -> ReducedImage {
    try ImageFile.read(photo, pixelLimit: ImageFile.pixelLimit) { _, _ in reduction }
  }

  /// The paths of the entries.
  private func entries() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: place).filter { $0.contains("/") }.sorted()
      .map { "\(place)/\($0)" }
  }

  /// Puts other pixels in the place of the photo's, of the same length and time of change.
  private func exchange() throws {
    var bytes = try [UInt8](Data(contentsOf: URL(filePath: photo)))
    for index in bytes.count / 2..<(bytes.count - 2) { bytes[index] = 0 }
    try Data(bytes).write(to: URL(filePath: photo))
    try setTime(1_700_000_000)
  }

  private func setTime(_ seconds: Double) throws { try Self.setTime(seconds, of: photo) }

  private static func setTime(_ seconds: Double, of path: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
  }

  @Test(arguments: ImageReduction.allCases)
  func `an image is the decoded one at first and afterwards, when its file is not read`(
    _ reduction: ImageReduction
  ) throws {
    let expected = try decoded(reduction)
    #expect(try image(cache(), reduction) == expected)
    let made = try entries()
    #expect(made.count == 1)
    // Whoever reads the file now gets something else.
    try exchange()
    #expect(try decoded(reduction) != expected)
    #expect(try image(cache(), reduction) == expected)
    #expect(told.lines.withLock { $0 } == [])
  }

  @Test func `a file that was changed is read again, and its entry replaced`() throws {
    _ = try image(cache())
    try exchange()
    try setTime(1_700_000_001)
    #expect(try image(cache()) == decoded())
    #expect(try entries().count == 1)
  }

  @Test func `each reduction has an entry of its own`() throws {
    let cache = try cache()
    for reduction in ImageReduction.allCases + ImageReduction.allCases {
      #expect(try image(cache, reduction) == decoded(reduction))
    }
    #expect(try entries().count == 4)
  }

  @Test func `an entry that is damaged anywhere is not used`() throws {
    let expected = try image(cache())
    let entry = try #require(entries().first)
    let whole = try [UInt8](Data(contentsOf: URL(filePath: entry)))
    // All of the header, and some pixels.
    let places = Array(0..<112) + stride(from: 112, to: whole.count, by: 997)
    for index in places {
      var bytes = whole
      bytes[index] ^= 0x41
      try Data(bytes).write(to: URL(filePath: entry))
      #expect(try image(cache()) == expected, "byte \(index)")
    }
    for length in [0, 7, 40, 111, 112, whole.count - 1] {
      try Data(whole.prefix(length)).write(to: URL(filePath: entry))
      #expect(try image(cache()) == expected, "\(length) bytes")
    }
    try Data(whole + [0]).write(to: URL(filePath: entry))
    #expect(try image(cache()) == expected)
    #expect(try [UInt8](Data(contentsOf: URL(filePath: entry))) == whole)
  }

  @Test func `a link in the place of an entry is replaced, not followed`() throws {
    let expected = try image(cache())
    let entry = try #require(entries().first)
    let victim = folder.path + "/victim"
    try Data("precious".utf8).write(to: URL(filePath: victim))
    try FileManager.default.removeItem(atPath: entry)
    try FileManager.default.createSymbolicLink(atPath: entry, withDestinationPath: victim)
    #expect(try image(cache()) == expected)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
    #expect(
      try FileManager.default.attributesOfItem(atPath: entry)[.type] as? FileAttributeType
        == .typeRegular)
  }

  @Test func `a pixel limit holds for images that are in the cache`() throws {
    let cache = try cache()
    _ = try image(cache)
    #expect(throws: ImageError.tooLarge(width: 203, height: 157, limit: 1_000)) {
      try cache.image(of: photo, pixelLimit: 1_000) { _, _ in .half }
    }
  }

  @Test func `nothing is added beyond the limit, which is told once`() throws {
    let cache = try cache(limit: 3 * 102 * 79 + 112)
    _ = try image(cache)
    for _ in 0..<2 { #expect(try image(cache, .whole) == decoded(.whole)) }
    #expect(try entries().count == 1)
    #expect(told.lines.withLock { $0.count } == 1)
  }

  @Test func `what lies in the folder counts towards the limit of the next process`() throws {
    _ = try image(cache())
    let next = try cache(limit: 3 * 102 * 79 + 112)
    _ = try image(next, .quarter)
    #expect(try entries().count == 1)
  }

  @Test func `a second user reads, and only the first adds`() throws {
    let first = try cache()
    let second = try cache()
    #expect(told.lines.withLock { $0.count } == 1)
    _ = try image(second)
    #expect(try entries() == [])
    let expected = try image(first)
    try exchange()
    #expect(try image(second) == expected)
  }

  @Test func `a cache that is deleted meanwhile is made again`() throws {
    let cache = try cache()
    let expected = try image(cache)
    try FileManager.default.removeItem(atPath: place)
    for _ in 0..<2 { #expect(try image(cache) == expected) }
    #expect(try entries().count == 1)
  }

  @Test(arguments: ["notes.txt", "aa.txt", "xy/z"])
  func `a folder of other things is refused`(_ name: String) throws {
    try folder.write("cache/\(name)", "x".utf8)
    let error = #expect(throws: FileError.self) { try cache() }
    #expect(error?.description.contains("so it is no cache of images") == true)
  }

  @Test func `what a killed process left unfinished is removed`() throws {
    try folder.write("cache/aa/b.8.123-4.partial", "x".utf8)
    _ = try cache()
    #expect(try entries() == [])
  }
}
