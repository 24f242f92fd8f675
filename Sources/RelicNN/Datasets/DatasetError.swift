/// A reason a data set cannot be used.
public enum DatasetError: Error, Equatable {
  case unknownName(String)
  case noSuchSplit(dataset: String, split: DatasetSplit, choices: [DatasetSplit])
  /// None of a split's images can be read.
  case allBroken(path: String, count: Int)
  /// A file of a data set is not there.
  case missing(dataset: String, path: String)
  /// A folder of images is not there.
  case noFolder(path: String)
  /// There are images to train on and none to test on.
  case noTestFolder(path: String)
  case wrongSize(path: String, found: Int, expected: Int)
  /// There are no images in a folder; `others` are the files that it holds instead.
  case noImages(path: String, others: FileCounts)
  /// A link that leads nowhere, and may have been a class.
  case deadLink(path: String)
  /// The name of an image or folder cannot stand in a list of names.
  case unusableName(path: String, fault: String)
  /// Images to test on that are not sorted into the classes their data set has.
  case unsortedTestImages(path: String)
  /// A folder that is to be a class holds the splits of a data set.
  case splitsInClass(path: String, split: String)
  /// CIFAR-10 as Python's pickles.
  case pythonLayout(path: String)
  case mixedFolder(path: String, image: String, folder: String)
  case unknownClass(path: String)
  /// Two class folders whose names are composed of other characters and read the same.
  case sameClass(path: String)
  case unreadable(path: String, reason: String)
  case brokenImage(path: String, reason: String)
  /// An image of more pixels than ``ImageFolder/pixelLimit``.
  case imageTooLarge(path: String, width: Int, height: Int, limit: Int)
  case labelOutOfRange(path: String, record: Int, label: Int, allowed: ClosedRange<Int>)
}

extension DatasetError: CustomStringConvertible {
  /// What was found, in one line fit for a terminal.
  public var description: String {
    switch self {
    case .unknownName(let name):
      "no data set is called '\(name)'; choose one of \(DatasetName.choices)"
    case .noSuchSplit(let dataset, let split, let choices):
      "\(dataset) has no split '\(split.rawValue)'; "
        + "choose one of \(choices.map(\.rawValue).joined(separator: ", "))"
    case .missing(_, let path), .noFolder(let path), .noTestFolder(let path): "\(path): not found"
    case .allBroken(let path, let count): "\(path): none of its \(count) images can be read"
    case .wrongSize(let path, let found, let expected):
      "\(path): holds \(found) bytes where \(expected) belong"
    case .noImages(let path, let others):
      "\(path): holds no \(ImageFolder.endings) files"
        + (others.isEmpty ? "" : " (but \(others))")
    case .deadLink(let path): "\(path): is a link that leads nowhere"
    case .unusableName(let path, let fault): "\(path): its name \(fault)"
    case .unsortedTestImages(let path): "\(path): its images are not sorted into class folders"
    case .splitsInClass(let path, let split):
      "\(path): holds a '\(split)' folder, so it is a data set, not a class"
    case .pythonLayout(let path): "\(path): holds CIFAR-10 as Python pickles, which are not read"
    case .mixedFolder(let path, let image, let folder):
      "\(path): holds images ('\(image)') beside folders of images ('\(folder)')"
    case .unknownClass(let path): "\(path): no folder of that name is among the classes to train on"
    case .sameClass(let path):
      "\(path): cannot be read: another folder has the same name, composed of other characters"
    case .unreadable(let path, let reason), .brokenImage(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .imageTooLarge(let path, let width, let height, let limit):
      "\(path): has \(width)x\(height) pixels, more than \(limit)"
    case .labelOutOfRange(let path, let record, let label, let allowed):
      "\(path): record \(record) has label \(label), outside "
        + "\(allowed.lowerBound)...\(allowed.upperBound)"
    }
  }
}
