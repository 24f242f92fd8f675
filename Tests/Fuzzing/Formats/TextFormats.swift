import Foundation
import RelicNN
import TestSupport

@testable import relic

extension FuzzedFormat {
  /// The configuration of a run.
  static let configuration = FuzzedFormat(
    name: "configuration", fileName: "config.json",
    samples: {
      let all = ConfigurationFile.text(RunOptions.all, of: RunOptions())
      let few = #"{"batch_size": 64, "use_siglip": true, "lr": 1e-3, "dataset-name": "shapes"}"#
      return [all, few].map { Array($0.utf8) }
    }, read: { folder in _ = try RunFolder(path: folder).options() })

  /// Command lines of an argument a line, the first the command's name: read, not carried out.
  static let arguments = FuzzedFormat(
    name: "arguments", samples: { Relic.commands.flatMap { commandLines(of: $0) } },
    read: { folder in
      let text = String(decoding: try Fixtures.bytes("\(folder)/input"), as: UTF8.self)
      let arguments = text.components(separatedBy: "\n")
      guard let command = Relic.commands.first(where: { $0.name == arguments[0] }) else {
        throw UsageError.unknownCommand(
          arguments[0], nearest: Relic.commands.map { $0.name }.nearest(to: arguments[0]))
      }
      try parse(Array(arguments.dropFirst()), of: command)
    })

  private static func parse<Settings: Command>(
    _ arguments: [String], of command: Settings.Type
  ) throws {
    _ = try ArgumentParser<Settings>().parse(arguments)
  }

  /// Every option with the value it has anyway, in one line and each alone.
  private static func commandLines<Settings: Command>(of command: Settings.Type) -> [[UInt8]] {
    let options = Settings.allOptions.filter { !$0.name.hasPrefix("--config") }.map { option in
      option.placeholder == nil
        ? option.name : "\(option.name)\n\(option.get(Settings()) ?? option.choices.first ?? "1")"
    }
    return ([options.joined(separator: "\n")] + options).map {
      Array("\(command.name)\n\($0)".utf8)
    }
  }
}
