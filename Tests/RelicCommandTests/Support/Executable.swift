import Foundation

@testable import relic

/// The built program as a process of its own.
final class Executable {
  private let process = Process()
  private let error = Pipe()
  private(set) var errors = ""

  /// Prepares the process; what it prints goes to `output`, or nowhere.
  init(_ arguments: [String], output: FileHandle = .nullDevice) {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
    process.executableURL = bundle.deletingLastPathComponent().appendingPathComponent("relic")
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = error
  }

  /// How the process ended.
  var code: Int32 { process.terminationStatus }

  /// Runs the process to its end, with Ctrl-C as soon as `condition` holds.
  func start(interruptingWhen condition: () throws -> Bool) throws {
    try process.run()
    while process.isRunning, (try? condition()) != true { usleep(1000) }
    process.interrupt()
    errors = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
  }
}

extension Relic {
  static func executable(_ arguments: [String]) -> Executable { Executable(arguments) }
}
