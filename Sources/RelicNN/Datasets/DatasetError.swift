/// A reason a data set cannot be used.
public enum DatasetError: Error, Equatable {
  case unknownName(String)
  case noSuchSplit(dataset: String, split: DatasetSplit, choices: [DatasetSplit])
  case missing(path: String, remedy: String)
  case wrongSize(path: String, found: Int, expected: Int)
  case noPictures(path: String)
  case mixedFolder(path: String, picture: String, folder: String)
  case unknownClass(path: String)
  case unreadable(path: String, reason: String)
  case brokenPicture(path: String, reason: String)
  case labelOutOfRange(path: String, record: Int, label: Int, allowed: ClosedRange<Int>)
}

extension DatasetError: CustomStringConvertible {
  /// The reason and the remedy in one line, fit for a terminal.
  public var description: String {
    switch self {
    case .unknownName(let name):
      "no data set is called '\(name)'; choose one of \(DatasetName.choices)"
    case .noSuchSplit(let dataset, let split, let choices):
      "\(dataset) has no split '\(split.rawValue)'; "
        + "choose one of \(choices.map(\.rawValue).joined(separator: ", "))"
    case .missing(let path, let remedy): "\(path): not found; \(remedy)"
    case .wrongSize(let path, let found, let expected):
      "\(path): holds \(found) bytes where \(expected) belong; replace it by a whole copy"
    case .noPictures(let path):
      "\(path): holds no \(ImageFile.endings.joined(separator: ", ")) files; "
        + "name a folder of pictures, or of class folders that hold some"
    case .mixedFolder(let path, let picture, let folder):
      "\(path): holds pictures ('\(picture)') beside folders of pictures ('\(folder)'); keep either "
        + "class folders or pictures without labels there"
    case .unknownClass(let path):
      "\(path): no folder of that name is among the classes to train on; remove or rename it"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .brokenPicture:
      "\(reason); remove the file, or pass over such by --broken-images skip"
    case .labelOutOfRange(let path, let record, let label, let allowed):
      "\(path): record \(record) has label \(label), outside "
        + "\(allowed.lowerBound)...\(allowed.upperBound); replace it by a whole copy"
    }
  }

  /// The reason alone, where a remedy would be out of place.
  public var reason: String {
    if case .brokenPicture(let path, let reason) = self {
      "\(path): cannot be read: \(reason)"
    } else {
      description
    }
  }
}
