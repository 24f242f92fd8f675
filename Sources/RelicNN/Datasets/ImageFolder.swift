internal import Foundation

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

  private let folder: String
  private let entries: [Entry]

  init(name: String, folder: String, entries: [Entry], classNames: [String]?) {
    self.name = name
    self.folder = folder
    self.entries = entries
    self.classNames = classNames
  }

  /// The number of files.
  public var count: Int { entries.count }

  /// Returns the image in file `index`, upright, at its own size.
  public func image(at index: Int) throws(DatasetError) -> RGBImage {
    let path = "\(folder)/\(entries[index].file)"
    do throws(ImageError) {
      return try ImageFile.read(path)
    } catch {
      throw .brokenImage(path: path, reason: error.description)
    }
  }

  /// Returns the class folder's number, or `nil` if there are no classes.
  public func label(at index: Int) -> Int? { entries[index].label }

  /// Returns the file's name, relative to the folder.
  public func fileName(at index: Int) -> String? { entries[index].file }
}

extension ImageFolder {
  /// Opens a folder whose folders are the classes, or one that holds images itself.
  ///
  /// Classes and files are in the order of their names' bytes, as torchvision's `ImageFolder` has
  /// them; a class takes all images below its folder. Images that lie in the folder itself,
  /// without class folders, are unlabelled.
  ///
  /// - Parameters:
  ///   - folder: The folder to look in.
  ///   - name: The name of the layout.
  ///   - others: Folders in it that are no classes.
  ///   - known: The names of the classes by label, those of the split that is trained on; the
  ///     folder's own if `nil`.
  /// - Throws: A missing folder, one without images, one with images beside class folders, a
  ///   class without images, one that is not known, or two of the same name.
  public init(
    folder: String, name: String = "folder", except others: [String] = [],
    classNames known: [String]? = nil
  ) throws(DatasetError) {
    let content = try Self.content(of: folder)
    let own = FolderIdentity(folder)
    let classes = content.folders.filter { !others.contains($0) }
    let flat = content.files.map { Entry(file: $0, label: nil) }
    if classes.isEmpty || !flat.isEmpty {
      guard let image = content.files.first else { throw .noImages(path: folder) }
      for inner in classes
      where try !Self.files(below: "\(folder)/\(inner)", prefix: "", within: [own]).isEmpty {
        throw .mixedFolder(path: folder, image: image, folder: inner)
      }
      self.init(name: name, folder: folder, entries: flat, classNames: nil)
      return
    }
    let labels = try Self.labels(of: known ?? classes, in: folder)
    var entries: [Entry] = []
    for className in classes {
      guard let label = labels[className] else {
        throw .unknownClass(path: "\(folder)/\(className)")
      }
      let files = try Self.files(
        below: "\(folder)/\(className)", prefix: className, within: [own])
      guard !files.isEmpty else { throw .noImages(path: "\(folder)/\(className)") }
      entries += files.map { Entry(file: $0, label: label) }
    }
    self.init(name: name, folder: folder, entries: entries, classNames: known ?? classes)
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

  /// Returns all images below `folder`: its own first, then those of its folders in turn.
  ///
  /// Links to folders are followed, but for those that lead back to one of `ancestors` or into a
  /// folder on the way.
  private static func files(
    below folder: String, prefix: String, within ancestors: [FolderIdentity?]
  ) throws(DatasetError) -> [String] {
    let own = FolderIdentity(folder)
    if ancestors.contains(own) { return [] }
    let content = try content(of: folder)
    var files = content.files.map { "\(prefix)/\($0)" }
    for inner in content.folders {
      files += try Self.files(
        below: "\(folder)/\(inner)", prefix: "\(prefix)/\(inner)", within: ancestors + [own])
    }
    return files
  }

  /// Returns the names of the images and folders in `folder`, sorted by their bytes.
  static func content(
    of folder: String
  ) throws(DatasetError) -> (files: [String], folders: [String]) {
    var files: [String] = []
    var folders: [String] = []
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw .noFolder(path: folder)
    }
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    where !name.hasPrefix(".") {
      if isFolder("\(folder)/\(name)") {
        folders.append(name)
      } else if ImageFile.endings.contains(where: name.lowercased().hasSuffix) {
        files.append(name)
      }
    }
    return (files, folders)
  }

  static func isFolder(_ path: String) -> Bool { FolderIdentity(path) != nil }
}

/// What is the same of a folder under all its names.
private struct FolderIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// The identity of the folder that `path` leads to, or `nil` if that is none.
  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    device = status.st_dev
    number = status.st_ino
  }
}
