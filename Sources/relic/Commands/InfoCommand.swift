internal import Foundation
internal import RelicNN

/// `relic info`: what decides how fast the program runs here, or what a run is.
struct InfoCommand: SharedCommand {
  static let name = "info"
  static let summary = "show the processor, the BLAS kernels and the versions, or what a run is"
  static let discussion = """
    Prints what decides how fast this program runs here, to be put beside every measurement, and
    warns of BLAS kernels that are slower than the processor allows. Of a run it tells the data set,
    the encoder, the epochs done, the last losses and scores, the cost and the files. Under mpirun it
    tells what each rank has.

      relic info
      relic info runs/cifar10
    """
  static let operandPlaceholder: String? = "[RUN...]"
  static let options: [OptionGroup<InfoCommand>] = []

  var ranks: any Communicator = OneRank()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else { return tellOfMachine(console) }
    let summaries = try common.operands.map { try RunSummary(RunFolder(path: $0)) }
    for (index, (path, summary)) in zip(common.operands, summaries).enumerated() {
      console.line((index > 0 ? "\n" : "") + path.printable)
      for (name, text) in summary.rows {
        console.line("  " + name.padded(to: 11) + text.printable)
      }
    }
  }

  private func tellOfMachine(_ console: Console) {
    let processor = Processor.current
    let instructions = processor.level?.rawValue ?? "no x86-64"
    let bfloat16 = processor.bfloat16
    for (name, text) in [
      ("relic", Program.version), ("workers", "\(ThreadPool.workerCount)"),
      ("processor", (processor.name.map { $0 + ", " } ?? "") + instructions),
      ("bfloat16", bfloat16.isEmpty ? "none" : bfloat16.joined(separator: ", ")),
      ("BLAS", BLAS.configuration), ("BLAS core", BLAS.core),
    ] {
      console.line(name.padded(to: 11) + text)
    }
    tellOfRanks(console)
    let slow = SlowBLAS(
      core: BLAS.core, configuration: BLAS.configuration, processor: processor,
      choice: ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"])
    if let slow { console.writeError("warning: \(slow)\n") }
  }

  /// Tells where each of several ranks runs and how many workers it has.
  private func tellOfRanks(_ console: Console) {
    guard ranks.size > 1 else { return }
    let own = "\(ProgramRanks.host), \(ThreadPool.workerCount.counted("worker")), \(BLAS.core)"
    for (rank, text) in ranks.gather(Array(own.utf8)).enumerated() {
      console.line("rank \(rank)".padded(to: 11) + String(decoding: text, as: UTF8.self))
    }
  }
}
