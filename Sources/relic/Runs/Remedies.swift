internal import LinearProbe
internal import RelicNN

/// What an error of the libraries is to the program's user: the fact, and what can be done.
///
/// The libraries know of no options; the program's own errors name theirs themselves.
enum Remedies {
  /// Returns the error and its remedy in one line.
  static func message(for error: any Error) -> String {
    // The file's name tells more than its place in the data set.
    let fact = ((error as? UnreadableImage)?.cause as? DatasetError) ?? error
    return ("\(fact)" + (remedy(for: error).map { "; " + $0 } ?? "")).printable
  }

  /// Returns what a reader of the score should know, and what can be done about the fit.
  static func warnings(of score: ProbeScore) -> [String] {
    let remedy: String? =
      switch score.status {
      case .iterationLimit: "raise --max-iter to go on"
      case .lineSearchFailed: "scale the features (--scale standard)"
      case .stayedAtStart: "scale the features (--scale standard) or lower --tol"
      case .converged, nil: nil
      }
    let fit = score.fitWarning.map { $0 + (remedy.map { "; " + $0 } ?? "") }
    return (fit.map { [$0] } ?? []) + score.sampleWarnings
  }

  /// Returns what makes a score doubtful: the limit of iterations, which published rows ran into as
  /// well, does not.
  static func doubts(about score: ProbeScore) -> [String] {
    score.status == .iterationLimit ? score.sampleWarnings : warnings(of: score)
  }

  private static func remedy(for error: any Error) -> String? {
    switch error {
    case let error as UnreadableImage: remedyOfImage(error)
    case let error as DatasetError: remedyOfDataset(error)
    case let error as DownloadError: remedyOfDownload(error)
    case FeatureError.noTestSplit(let path):
      "write them again by 'relic extract' with --validation N, which holds out some of labelled "
        + "images, or sort these by a probe of others with 'relic predict PROBE \(path.shellWord)'"
    case FileError.inUse: "wait for its end, or name another folder"
    case is PretrainingError:
      "start anew with a lower --learning-rate, or by --ckpt-path from the weights of the last "
        + "checkpoint, if the run has kept one"
    default: nil
    }
  }

  private static func remedyOfImage(_ error: UnreadableImage) -> String {
    let own = (error.cause as? DatasetError).flatMap(remedyOfDataset)
    return (own.map { $0 + ", or " } ?? "") + "pass over such by --broken-images skip"
  }

  private static func remedyOfDataset(_ error: DatasetError) -> String? {
    switch error {
    case .unknownName, .noSuchSplit, .unreadable: nil
    case .missing(let dataset, _):
      DatasetName(rawValue: dataset)?.archive == nil
        ? "unpack the whole archive"
        : "name the folder that holds \(dataset) by --dataset-path, or have it filled by 'relic "
          + "download \(dataset) --dataset-path FOLDER'"
    case .allBroken: "replace them by whole ones"
    case .noFolder: "name a folder of images by --dataset-path"
    case .noTestFolder: "put the images to test on in a folder of that name"
    case .wrongSize, .labelOutOfRange: "replace it by a whole copy"
    case .noImages: "name a folder of images, or of class folders that hold some"
    case .mixedFolder: "keep either class folders or images without labels there"
    case .unknownClass: "remove or rename it"
    case .sameClass: "rename one"
    case .deadLink: "mend or remove it"
    case .unusableName: "rename it"
    case .unsortedTestImages: "move each into the folder of its class"
    case .splitsInClass(let path, _): "name it by --dataset-path \(path.shellWord)"
    case .pythonLayout:
      "get the binary version by 'relic download cifar10 --dataset-path FOLDER', and name that folder"
    case .brokenImage: "remove the file"
    case .imageTooLarge(_, let width, let height, _):
      ImageSizeLimit.argument(width: width, height: height).map { "read it by \($0)" }
        ?? "remove the file"
    }
  }

  /// Returns what an image that was passed over is, and the option that would read it.
  static func message(forSkipped image: UnreadableImage) -> String {
    let fact = "\(image.cause); passed over"
    guard case DatasetError.imageTooLarge(_, let width, let height, _) = image.cause,
      let argument = ImageSizeLimit.argument(width: width, height: height)
    else { return fact }
    return fact + ", but read with \(argument)"
  }

  private static func remedyOfDownload(_ error: DownloadError) -> String? {
    switch error {
    case .notPublished:
      "get it from its authors, and name its folder to other commands by --dataset-path"
    case .badAddress: "give the address of a folder, such as https://example.org/files"
    case .unreachable, .refused, .tooLarge: "try another by --mirror"
    case .busy: "run it again later, or try --mirror"
    case .foreign: "open it in a browser, as a network may ask for a login, or try --mirror"
    case .differs: "remove that file to begin anew, or try --mirror"
    case .inUse: "wait for its end, or name another folder"
    case .interrupted: "run it again to go on, or try --mirror"
    case .checksum, .unsafeMember, .wrongMember, .cannotUnpack: "get the archive again"
    case .cannotWrite: nil
    }
  }
}
