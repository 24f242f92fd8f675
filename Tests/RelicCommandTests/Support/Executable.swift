import Foundation
import Synchronization
import Testing

@testable import relic

/// The built program as a process of its own.
final class Executable {
  private let process = Process()
  private let error = Pipe()
  private(set) var errors = ""

  /// Prepares the process; what it prints goes to `output`, or nowhere.
  ///
  /// - Parameters:
  ///   - arguments: The program's.
  ///   - output: Where standard output goes.
  ///   - launcher: A command line that becomes the program whose path and arguments follow.
  init(
    _ arguments: [String], output: FileHandle = .nullDevice, launcher: [String] = ["/usr/bin/env"]
  ) {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
    let program = bundle.deletingLastPathComponent().appendingPathComponent("relic")
    process.executableURL = URL(fileURLWithPath: launcher[0])
    process.arguments = launcher.dropFirst() + [program.path] + arguments
    process.standardOutput = output
    process.standardError = error
  }

  /// How the process ended.
  var code: Int32 { process.terminationStatus }

  /// Seconds after which a process is taken to be stuck; sanitizers slow it down several times.
  private static let limit = 600.0

  /// Runs the process to its end, with Ctrl-C or other signals as soon as `condition` holds.
  ///
  /// One that does not end is killed, and recorded as an issue.
  func start(
    interruptingWhen condition: () throws -> Bool, by signals: [Int32] = [SIGINT],
    location: SourceLocation = #_sourceLocation
  ) throws {
    try process.run()
    let identifier = process.processIdentifier
    let isStuck = Atomic(false)
    let end = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      guard end.wait(timeout: .now() + Executable.limit) == .timedOut else { return }
      isStuck.store(true, ordering: .relaxed)
      kill(identifier, SIGKILL)
    }
    defer { end.signal() }
    while process.isRunning, (try? condition()) != true { usleep(1000) }
    for number in signals {
      kill(process.processIdentifier, number)
      usleep(1000)
    }
    errors = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if isStuck.load(ordering: .relaxed) {
      Issue.record("it did not end in \(Self.limit) seconds", sourceLocation: location)
    }
  }
}

extension Relic {
  static func executable(_ arguments: [String]) -> Executable { Executable(arguments) }
}
