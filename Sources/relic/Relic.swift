internal import Foundation
internal import RelicNN

/// The program.
@main struct Relic {
  static let commands: [any Command.Type] = [
    DemoCommand.self, PretrainCommand.self, ExtractCommand.self, ProbeCommand.self,
    PredictCommand.self, EvaluateCommand.self, ReportCommand.self, SearchCommand.self,
    MetricsCommand.self, ViewsCommand.self, DownloadCommand.self, ConvertCommand.self,
    InfoCommand.self,
  ]

  static func main() {
    StandardOutput.openClosedDescriptors()
    // A reader of the output that goes away must not take a run with it before it is saved, nor must
    // a limit on the size of files: the write that fails says why.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    let code = run(Array(CommandLine.arguments.dropFirst()), .standard)
    guard code == .success, let reason = StandardOutput.failure else { exit(code.rawValue) }
    Console.standard.writeError(
      "relic: standard output: cannot be written: \(reason); send it elsewhere\n")
    exit(ExitCode.output.rawValue)
  }

  /// Carries out a command line; an error becomes one line on standard error.
  static func run(_ arguments: [String], _ console: Console) -> ExitCode {
    do {
      try dispatch(arguments, console)
      return .success
    } catch {
      console.writeError("relic: \(Remedies.message(for: error))\n")
      return ExitCode(for: error)
    }
  }

  private static func dispatch(_ arguments: [String], _ console: Console) throws {
    switch arguments.first {
    case nil, "--help", "-h":
      console.write(HelpText.program(commands, exitCodes: ExitCode.legend))
    case "help": try help(Array(arguments.dropFirst()), console)
    case "--version", "version": console.line("relic \(Program.version)")
    case let name?: try start(command(name), Array(arguments.dropFirst()), console)
    }
  }

  private static func command(_ name: String) throws(UsageError) -> any Command.Type {
    guard let command = commands.first(where: { $0.name == name }) else {
      throw .unknownCommand(name, nearest: commands.map { $0.name }.nearest(to: name))
    }
    return command
  }

  /// `relic help COMMAND`, or `relic help` alone.
  private static func help(_ names: [String], _ console: Console) throws {
    guard let name = names.first(where: { !$0.hasPrefix("-") }), name != "help" else {
      console.write(HelpText.program(commands, exitCodes: ExitCode.legend))
      return
    }
    try start(command(name), ["--help"], console)
  }

  private static func start<Settings: Command>(
    _ command: Settings.Type, _ arguments: [String], _ console: Console
  ) throws {
    switch try ArgumentParser<Settings>().parse(arguments) {
    case .help: console.write(HelpText.command(command))
    case .run(let settings):
      if let threads = settings.common.threads { ThreadPool.workerCount = threads }
      try settings.run(settings.common.isQuiet ? console.quiet : console)
    }
  }
}
