internal import RelicCore

/// JPEG and PNG files below a folder, decoded one at a time when they are asked for.
public struct ImageFolder: ImageDataset {
  /// An image's file, relative to the folder, and its class.
  struct Entry: Equatable, Sendable {
    let file: String
    let label: Int?
  }

  /// `folder`, or the name of the layout.
  public let name: String

  /// The names of the class folders in order, or `nil` if the images are unlabelled.
  public let classNames: [String]?

  /// The folder that file names are relative to.
  public let folder: String

  /// The files found among the images that are no images by their names.
  public let otherFiles: FileCounts

  /// The most pixels that an image may have, so that no file can claim all memory; Pillow's
  /// 178,956,970 unless it is set.
  public var pixelLimit = ImageFile.pixelLimit

  private let entries: [Entry]

  init(
    name: String, folder: String, entries: [Entry], classNames: [String]?,
    otherFiles: FileCounts = FileCounts()
  ) {
    self.name = name
    self.folder = folder
    self.entries = entries
    self.classNames = classNames
    self.otherFiles = otherFiles
  }

  /// The endings of the files that are read, in one line.
  package static var endings: String { ImageFile.endings.joined(separator: ", ") }

  /// The number of files.
  public var count: Int { entries.count }

  /// Returns the image in file `index`, upright, at its own size.
  public func image(at index: Int) throws(DatasetError) -> RGBImage {
    let path = "\(folder)/\(entries[index].file)"
    do throws(ImageError) {
      return try ImageFile.read(path, pixelLimit: pixelLimit)
    } catch {
      if case .tooLarge(let width, let height, _) = error {
        throw .imageTooLarge(path: path, width: width, height: height, limit: pixelLimit)
      }
      throw .brokenImage(path: path, reason: error.description)
    }
  }

  /// Returns the class folder's number, or `nil` if there are no classes.
  public func label(at index: Int) -> Int? { entries[index].label }

  /// Returns the file's name, relative to the folder.
  public func fileName(at index: Int) -> String? { entries[index].file }

  /// Of count, labels, file names and the sizes of the files.
  public var fingerprint: DatasetFingerprint {
    DatasetFingerprint(
      of: self,
      sizes: parallelMap(count) { ByteFile.size(of: "\(folder)/\(entries[$0].file)") })
  }
}

extension ImageFolder {
  /// Opens a folder whose folders are the classes, or one that holds images itself.
  ///
  /// Classes and files are in the order of torchvision's `ImageFolder`: classes by the bytes of
  /// their names, files by those of their folder's path and then of their own name. A class takes
  /// all images below its folder. Images that lie in the folder itself, without class folders, are
  /// unlabelled.
  ///
  /// - Parameters:
  ///   - folder: The folder to look in.
  ///   - name: The name of the layout.
  ///   - others: Folders in it that are no classes.
  ///   - known: The names of the classes by label, those of the split that is trained on; the
  ///     folder's own if `nil`.
  /// - Throws: A missing folder, one without images, one with images beside class folders, a
  ///   class without images, one that is not known, or two of the same name; an entry that cannot
  ///   be used (see `FolderContent`).
  public init(
    folder: String, name: String = "folder", except others: [String] = [],
    classNames known: [String]? = nil
  ) throws(DatasetError) {
    let content = try FolderContent(of: folder)
    let classes = content.folders.filter { !others.contains($0) }
    let own = FolderIdentity(folder)
    if classes.isEmpty || !content.images.isEmpty {
      guard let image = content.images.first else {
        throw .noImages(path: folder, others: content.otherFiles)
      }
      for inner in classes
      where try !ImageTree(below: "\(folder)/\(inner)", outside: own).files.isEmpty {
        throw .mixedFolder(path: folder, image: image, folder: inner)
      }
      self.init(
        name: name, folder: folder,
        entries: content.images.map { Entry(file: $0, label: nil) }, classNames: nil,
        otherFiles: content.otherFiles)
      return
    }
    let labels = try Self.labels(of: known ?? classes, in: folder)
    var entries: [Entry] = []
    var otherFiles = content.otherFiles
    for className in classes {
      let path = "\(folder)/\(className)"
      guard let label = labels[className] else { throw .unknownClass(path: path) }
      let tree = try ImageTree(below: path, outside: own)
      guard !tree.files.isEmpty else { throw .noImages(path: path, others: tree.otherFiles) }
      entries += tree.files.map { Entry(file: "\(className)/\($0)", label: label) }
      otherFiles.add(tree.otherFiles)
    }
    self.init(
      name: name, folder: folder, entries: entries, classNames: known ?? classes,
      otherFiles: otherFiles)
  }

  /// Returns the label of each of the class folders in `folder`: its place among them.
  static func labels(
    of classes: [String], in folder: String
  ) throws(DatasetError) -> [String: Int] {
    var labels: [String: Int] = [:]
    for (label, name) in classes.enumerated() {
      // Names that differ in how Unicode composes their characters alone are equal as Strings.
      guard labels.updateValue(label, forKey: name) == nil else {
        throw .sameClass(path: "\(folder)/\(name)")
      }
    }
    return labels
  }

  static func isFolder(_ path: String) -> Bool { FolderIdentity(path) != nil }
}
