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
    let ranks = join()
    let code = run(Array(CommandLine.arguments.dropFirst()), .standard, ranks)
    guard code == .success, let reason = StandardOutput.failure else {
      let isOfAllRanks = [.success, .interrupted].contains(code)
      ProgramRanks.exit(code.rawValue, ranks, waiting: isOfAllRanks)
    }
    Console.standard.writeError(
      "relic: standard output: cannot be written: \(reason); send it elsewhere\n")
    ProgramRanks.exit(ExitCode.output.rawValue, ranks, waiting: false)
  }

  /// Joins the processes that were started together, or ends this one.
  private static func join() -> any Communicator {
    let launcher = Launcher(ProcessInfo.processInfo.environment)
    do throws(LaunchError) {
      return try ProgramRanks.start(as: launcher)
    } catch {
      let rank = launcher?.rank ?? 0
      ProgramRanks.letOthersSpeak(before: rank)
      if rank == 0 { Console.standard.writeError("relic: \(error)\n") }
      exit(ExitCode.usage.rawValue)
    }
  }

  /// Carries out a command line; an error becomes one line on standard error.
  ///
  /// Of several ranks the first one speaks, and of an error that has met one alone, that one.
  static func run(
    _ arguments: [String], _ console: Console, _ ranks: any Communicator = OneRank()
  ) -> ExitCode {
    do {
      try dispatch(arguments, ranks.rank == 0 ? console : .silent, ranks)
      return .success
    } catch RankError.failed where ranks.size > 1 {
      ProgramRanks.waitForEnd()
      return .input
    } catch is Interruption where ranks.rank > 0 {
      return .interrupted
    } catch {
      ProgramRanks.letOthersSpeak(before: ranks.rank)
      let place = ranks.rank > 0 ? "rank \(ranks.rank) on \(ProgramRanks.host): " : ""
      console.writeError("relic: \(place)\(Remedies.message(for: error))\n")
      return ExitCode(for: error)
    }
  }

  private static func dispatch(
    _ arguments: [String], _ console: Console, _ ranks: any Communicator
  ) throws {
    switch arguments.first {
    case nil, "--help", "-h":
      console.write(HelpText.program(commands, exitCodes: ExitCode.legend))
    case "help": try help(Array(arguments.dropFirst()), console)
    case "completions": try complete(Array(arguments.dropFirst()), console)
    case "--version", "version": console.line("relic \(Program.version)")
    case let name?: try start(command(name), Array(arguments.dropFirst()), console, ranks)
    }
  }

  private static func command(_ name: String) throws(UsageError) -> any Command.Type {
    guard let command = commands.first(where: { $0.name == name }) else {
      throw .unknownCommand(name, nearest: commands.map { $0.name }.nearest(to: name))
    }
    return command
  }

  private static var manuals: [CommandManual] { commands.map { CommandManual($0) } }

  /// `relic completions SHELL`.
  private static func complete(_ names: [String], _ console: Console) throws(UsageError) {
    let shells = Shell.allCases.map(\.rawValue)
    guard names.count == 1, let shell = Shell(rawValue: names[0]) else {
      throw .wrongValue(
        option: "relic completions", value: names.joined(separator: " "), expected: shells.listed,
        nearest: names.first.flatMap { shells.nearest(to: $0) })
    }
    console.write(shell.completions(of: manuals))
  }

  /// `relic help COMMAND`, `relic help --man`, or `relic help` alone.
  private static func help(_ names: [String], _ console: Console) throws {
    if names == ["--man"] {
      let codes = ExitCode.allCases.map { (code: $0.rawValue, meaning: $0.meaning) }
      return console.write(ManualPage(commands: manuals, exitCodes: codes).text)
    }
    guard let name = names.first(where: { !$0.hasPrefix("-") }), name != "help" else {
      console.write(HelpText.program(commands, exitCodes: ExitCode.legend))
      return
    }
    try start(command(name), ["--help"], console)
  }

  private static func start<Settings: Command>(
    _ command: Settings.Type, _ arguments: [String], _ console: Console,
    _ ranks: any Communicator = OneRank()
  ) throws {
    switch try ArgumentParser<Settings>().parse(arguments) {
    case .help: console.write(HelpText.command(command))
    case .run(let settings):
      if let threads = settings.common.threads { ThreadPool.workerCount = threads }
      let console = settings.common.isQuiet ? console.quiet : console
      guard ranks.size > 1 else { return try settings.run(console) }
      guard var shared = settings as? any SharedCommand else {
        throw UsageError.conflict(
          "'relic \(Settings.name)' is the work of one process, and \(ranks.size) were started",
          remedy: "start it without mpirun")
      }
      shared.ranks = ranks
      try shared.run(console)
    }
  }
}
