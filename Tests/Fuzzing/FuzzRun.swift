import Foundation
import RelicCore
import Testing

@testable import relic

/// Many altered inputs of one format, read one after the other.
struct FuzzRun {
  /// The processor seconds that no input may take.
  static let patience = 2.0

  private let format: FuzzedFormat
  private let settings: FuzzSettings

  init(_ format: FuzzedFormat, _ settings: FuzzSettings) {
    self.format = format
    self.settings = settings
  }

  /// Reads all inputs and returns what became of them.
  ///
  /// The input at hand lies in `FOLDER/FORMAT/` with its seed and index beside it, for a crash
  /// leaves no other word.
  func report() throws -> FuzzReport {
    let mutator = Mutator(samples: try format.samples(), repair: format.repair)
    var report = FuzzReport(format: format.name)
    let folder = "\(settings.folder)/\(format.name)"
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try format.prepare(folder)
    let input = try ReusedFile("\(folder)/\(format.fileName)")
    let number = try ReusedFile("\(folder)/index")
    let start = Date()
    for index in settings.first..<(settings.first + settings.inputs) {
      try number.write(Array("seed \(settings.seed) index \(index)\n".utf8))
      try input.write(mutator.input(seed: settings.seed, index: index))
      let before = Self.processorSeconds
      do {
        try format.read(folder)
        report.accepted += 1
      } catch {
        let message = Remedies.message(for: error)
        if message.utf8.contains(0x0a) {
          Issue.record("input \(index) of \(format.name) is refused in several lines: \(message)")
        }
        report.refused += 1
      }
      let seconds = Self.processorSeconds - before
      if seconds > report.slowest.seconds { report.slowest = (index, seconds) }
    }
    report.seconds = Date().timeIntervalSince(start)
    try? FileManager.default.removeItem(atPath: folder)
    _ = unsafe rmdir(settings.folder)
    return report
  }

  /// Of this thread: other programs and tests on the machine do not count.
  private static var processorSeconds: Double {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// What became of the inputs of a format.
struct FuzzReport: CustomStringConvertible {
  let format: String
  var accepted = 0
  var refused = 0
  var seconds = 0.0
  var slowest = (index: 0, seconds: 0.0)

  init(format: String) { self.format = format }

  var inputs: Int { accepted + refused }

  var description: String {
    "\(format): \(inputs) inputs, \(accepted) accepted, \(refused) refused, "
      + String(format: "%.1f s, slowest %.4f s", seconds, slowest.seconds)
      + " (index \(slowest.index))"
  }
}

/// A file that is written anew again and again, and never emptied, which some file systems flush.
///
/// A class because a descriptor has one owner.
private final class ReusedFile {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw FileError.cannotWrite(path: path, reason: systemReason()) }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws {
    guard unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count,
      ftruncate(descriptor, off_t(bytes.count)) == 0
    else { throw FileError.cannotWrite(path: "the input", reason: systemReason()) }
  }
}
