internal import RelicNN
internal import Synchronization

/// `relic download`: fetches a published data set.
struct DownloadCommand: Command {
  static let name = "download"
  static let summary = "fetch, check and unpack CIFAR-10 or STL-10"
  static let discussion = """
    Puts the data set below --dataset-path. A broken download is continued by the next call, the
    official md5 is checked before anything is unpacked, and a folder that is there is left alone.

      relic download cifar10
      relic download stl10 --archive stl10_binary.tar.gz
    """
  static let operandPlaceholder: String? = "NAME"
  static let options: [OptionGroup<DownloadCommand>] = [
    OptionGroup(
      "Download",
      [
        .value(
          "--dataset-path", sets: \.datasetPath, as: "DIR", "the folder to put the data set in"),
        .value(
          "--mirror", sets: \.mirror, as: "URL",
          "the address of a folder that holds the archive (default: its authors')"),
        .value("--archive", sets: \.archive, as: "FILE", "an archive that is here already"),
      ])
  ]

  var datasetPath = "./data"
  var mirror: String?
  var archive: String?
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard let typed = common.operands.first else {
      throw UsageError.missingOperand("the data set's name", help: help)
    }
    guard common.operands.count == 1 else {
      throw UsageError.unexpectedOperand(common.operands[1], help: help)
    }
    guard let dataset = DatasetName(rawValue: typed) else { throw DatasetError.unknownName(typed) }
    let progress = DownloadProgress(console, name: typed)
    let outcome = try DatasetArchive.published(dataset).obtain(
      in: datasetPath, mirror: mirror, archive: archive,
      progress: { progress.show(received: $0, total: $1) })
    progress.erase()
    switch outcome {
    case .alreadyThere: console.line("\(datasetPath): holds \(typed) already")
    case .unpacked: console.line("\(datasetPath): \(typed) is there")
    }
  }
}

/// The line that tells how a download is doing.
///
/// A class because the download reports from a thread of its own.
private final class DownloadProgress: Sendable {
  private let display: Mutex<StatusDisplay>
  private let name: String
  private let start = ContinuousClock.now

  init(_ console: Console, name: String) {
    display = Mutex(StatusDisplay(console))
    self.name = name
  }

  func show(received: Int, total: Int?) {
    let megabytes = Double(received) / 1e6
    let speed = megabytes / max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    display.withLock { display in
      display.show([
        name, "\(megabytes.fixed(1)) of \(total.map { (Double($0) / 1e6).fixed(1) } ?? "?") MB",
        "\(speed.fixed(1)) MB/s",
      ])
    }
  }

  func erase() { display.withLock { $0.erase() } }
}
