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
  static let options: [OptionGroup<InfoCommand>] = [
    OptionGroup(
      "Output",
      [
        .flag(
          "--json", sets: \.printsJSON, "one JSON object, or of runs an array with one of each")
      ])
  ]

  var printsJSON = false
  var ranks: any Communicator = OneRank()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else { return tellOfMachine(console) }
    let summaries = try common.operands.map { try RunSummary(RunFolder(path: $0)) }
    if printsJSON { return console.write(JSONText.line(summaries.map(\.facts))) }
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
    let slow = SlowBLAS.current
    let places = rankPlaces()
    if printsJSON {
      return console.write(
        JSONText.line(
          Machine(
            version: Program.version, workers: ThreadPool.workerCount, processor: processor.name,
            instructions: processor.level?.rawValue, bfloat16: bfloat16,
            usesBfloat16: Precision.hasFastBFloat16, blas: BLAS.configuration, blasCore: BLAS.core,
            warning: slow?.description, ranks: places.isEmpty ? nil : places)))
    }
    for (name, text) in [
      ("relic", Program.version), ("workers", "\(ThreadPool.workerCount)"),
      ("processor", (processor.name.map { $0 + ", " } ?? "") + instructions),
      ("bfloat16", Self.text(ofBFloat16: bfloat16)),
      ("BLAS", BLAS.configuration), ("BLAS core", BLAS.core),
    ] {
      console.line(name.padded(to: 11) + text)
    }
    for rank in places {
      console.line(
        "rank \(rank.rank)".padded(to: 11)
          + "\(rank.host), \(rank.workers.counted("worker")), \(rank.blasCore)")
    }
    if let slow { console.writeError("warning: \(slow)\n") }
  }

  /// What a processor has for bfloat16, and whether it is used.
  private static func text(ofBFloat16 features: [String]) -> String {
    guard !features.isEmpty else { return "none" }
    return features.joined(separator: ", ")
      + (Precision.hasFastBFloat16 ? "" : " (not used)")
  }

  /// Where each of several ranks runs and how many workers it has; nothing of one rank.
  private func rankPlaces() -> [RankPlace] {
    guard ranks.size > 1 else { return [] }
    let own = RankPlace(
      rank: ranks.rank, host: ProgramRanks.host, workers: ThreadPool.workerCount,
      blasCore: BLAS.core)
    let bytes = (try? JSONEncoder().encode(own)) ?? Data()
    return ranks.gather([UInt8](bytes)).compactMap {
      try? JSONDecoder().decode(RankPlace.self, from: Data($0))
    }
  }

  private struct RankPlace: Codable {
    let rank: Int
    let host: String
    let workers: Int
    let blasCore: String
  }

  /// What decides how fast the program runs, for other programs.
  private struct Machine: Encodable {
    let version: String
    let workers: Int
    let processor: String?
    let instructions: String?
    let bfloat16: [String]
    let usesBfloat16: Bool
    let blas: String
    let blasCore: String
    let warning: String?
    /// Under mpirun.
    let ranks: [RankPlace]?
  }
}
