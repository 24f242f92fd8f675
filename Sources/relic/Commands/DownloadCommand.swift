internal import RelicNN

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
        .value("--archive", sets: \.archivePath, as: "FILE", "an archive that is here already"),
      ])
  ]

  var datasetPath = "./data"
  var mirror: String?
  var archivePath: String?
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard let typed = common.operands.first else {
      throw UsageError.missingOperand("the data set's name", help: help)
    }
    guard common.operands.count == 1 else {
      throw UsageError.unexpectedOperand(common.operands[1], help: help)
    }
    guard let dataset = DatasetName(rawValue: typed) else {
      throw UsageError.conflict(
        "no data set is called '\(typed)'", remedy: "give \(DatasetName.published)")
    }
    if archivePath != nil {
      try refuse("--mirror", because: "is for archives that are fetched, and '--archive' is here")
    }
    let archive = try DatasetArchive.published(dataset)
    let progress = DownloadProgress(console, name: typed)
    defer { progress.erase() }
    if archivePath != nil { progress.showUnpacking() }
    let outcome = try archive.obtain(
      in: datasetPath, mirror: mirror, archive: archivePath,
      progress: { progress.show(received: $0, total: $1) })
    switch outcome {
    case .alreadyThere: console.tell("\(datasetPath): holds \(typed) already")
    case .unpacked: console.tell("\(datasetPath): \(typed) is there")
    }
  }
}
