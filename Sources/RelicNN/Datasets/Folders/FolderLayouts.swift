internal import Foundation

extension ImageFolder {
  /// Opens a split of a user's own images: its folder `train`, `test` or `val`, `unlabeled`, in
  /// small letters or capitals; without a `train` folder, all but the other splits is for training.
  ///
  /// Classes to test on have the labels of those of the same name to train on.
  ///
  /// - Throws: What ``init(folder:name:except:classNames:)`` throws, a split that is not there, or a
  ///   class folder that holds a `train` folder: then the path leads one level too high.
  static func split(_ split: DatasetSplit, of folder: String) throws(DatasetError) -> ImageFolder {
    let splits = try SplitFolders(of: folder)
    let training = splits.train ?? folder
    let others = splits.train == nil ? splits.names : []
    switch split {
    case .train:
      if splits.train == nil { try splits.refuseNested() }
      return try ImageFolder(folder: training, except: others)
    case .test:
      guard let test = splits.test else { throw .noTestFolder(path: "\(folder)/test") }
      return try ImageFolder(
        folder: test, classNames: trainingClasses(in: training, except: others))
    case .unlabeled:
      return try ImageFolder(folder: splits.unlabeled ?? "\(folder)/unlabeled")
    case .trainAndUnlabeled:
      throw .noSuchSplit(
        dataset: "folder", split: split, choices: [.train, .test, .unlabeled])
    }
  }

  /// Whether a folder of a user's own images has a `test` or `val` folder.
  public static func hasTestSplit(_ folder: String) -> Bool {
    (try? SplitFolders(of: folder).test) != nil
  }

  /// Whether a folder of a user's own images has an `unlabeled` folder.
  public static func hasUnlabeledSplit(_ folder: String) -> Bool {
    (try? SplitFolders(of: folder).unlabeled) != nil
  }

  /// Opens Tiny ImageNet: `train/<class>/images`, and `val/images` with `val_annotations.txt`.
  static func tinyImageNet(
    _ split: DatasetSplit, in path: String
  ) throws(DatasetError) -> ImageFolder {
    let root = inner("tiny-imagenet-200", of: path)
    let name = DatasetName.tinyImageNet.rawValue
    guard try isTest(split, of: name) else {
      return try ImageFolder(folder: "\(root)/train", name: name)
    }
    guard isFolder("\(root)/val/images") else {
      return try ImageFolder(
        folder: "\(root)/val", name: name, classNames: trainingClasses(in: "\(root)/train"))
    }
    let classes = try FolderContent(of: "\(root)/train").folders
    let labels = try labels(of: classes, in: "\(root)/train")
    let list = "\(root)/val/val_annotations.txt"
    var entries: [Entry] = []
    for line in try lines(of: list, in: name) {
      let fields = line.split(separator: "\t")
      guard fields.count >= 2, let label = labels[String(fields[1])] else {
        throw .unreadable(path: list, reason: "'\(line)' names no class of train")
      }
      entries.append(Entry(file: "images/\(fields[0])", label: label))
    }
    return ImageFolder(name: name, folder: "\(root)/val", entries: entries, classNames: classes)
  }

  /// Opens Food-101: images in `images/<class>`, listed in `meta/train.txt` and `meta/test.txt`.
  static func food101(_ split: DatasetSplit, in path: String) throws(DatasetError) -> ImageFolder {
    let root = inner("food-101", of: path)
    let name = DatasetName.food101.rawValue
    let list = try isTest(split, of: name) ? "\(root)/meta/test.txt" : "\(root)/meta/train.txt"
    let classes = try FolderContent(of: "\(root)/images").folders
    let labels = try labels(of: classes, in: "\(root)/images")
    var entries: [Entry] = []
    for line in try lines(of: list, in: name) {
      guard let label = line.split(separator: "/").first.flatMap({ labels[String($0)] }) else {
        throw .unreadable(path: list, reason: "'\(line)' names no class folder")
      }
      entries.append(Entry(file: "\(line).jpg", label: label))
    }
    return ImageFolder(
      name: name, folder: "\(root)/images", entries: entries, classNames: classes)
  }

  /// Opens ImageNet as its users unpack it: `train/<class>` and `val/<class>`.
  static func imageNet(_ split: DatasetSplit, in path: String) throws(DatasetError) -> ImageFolder {
    let name = DatasetName.imageNet.rawValue
    guard try isTest(split, of: name) else {
      return try ImageFolder(folder: "\(path)/train", name: name)
    }
    let set = try ImageFolder(
      folder: "\(path)/val", name: name, classNames: trainingClasses(in: "\(path)/train"))
    guard set.classNames != nil else { throw .unsortedTestImages(path: set.folder) }
    return set
  }

  /// Returns the names of the classes in a folder to train on, or `nil` if it is not there or its
  /// images are unlabelled.
  private static func trainingClasses(
    in folder: String, except others: [String] = []
  ) throws(DatasetError) -> [String]? {
    guard isFolder(folder) else { return nil }
    let content = try FolderContent(of: folder)
    let classes = content.folders.filter { !others.contains($0) }
    return classes.isEmpty || !content.images.isEmpty ? nil : classes
  }

  private static func inner(_ name: String, of path: String) -> String {
    isFolder("\(path)/\(name)") ? "\(path)/\(name)" : path
  }

  private static func isTest(
    _ split: DatasetSplit, of dataset: String
  ) throws(DatasetError) -> Bool {
    switch split {
    case .train: return false
    case .test: return true
    case .unlabeled, .trainAndUnlabeled:
      throw .noSuchSplit(dataset: dataset, split: split, choices: [.train, .test])
    }
  }

  private static func lines(
    of path: String, in dataset: String
  ) throws(DatasetError) -> [Substring] {
    guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
      throw .missing(dataset: dataset, path: path)
    }
    return text.split(whereSeparator: \.isNewline)
  }
}

extension DatasetFormat {
  static let folder = DatasetFormat(imageSize: 96) { folder, split throws(DatasetError) in
    try ImageFolder.split(split, of: folder)
  }
  static let tinyImageNet = DatasetFormat(imageSize: 64, folderName: "tiny-imagenet-200") {
    folder, split throws(DatasetError) in
    try ImageFolder.tinyImageNet(split, in: folder)
  }
  static let food101 = DatasetFormat(imageSize: 192, folderName: "food-101") {
    folder, split throws(DatasetError) in
    try ImageFolder.food101(split, in: folder)
  }
  static let imageNet = DatasetFormat(imageSize: 192) { folder, split throws(DatasetError) in
    try ImageFolder.imageNet(split, in: folder)
  }
}
