/// The folders of a data set that are its splits, whose names may be in capitals.
struct SplitFolders {
  private static let known = ["train", "test", "val", "unlabeled"]

  private let folder: String
  private let folders: [String]

  /// Looks for the splits in `folder`.
  init(of folder: String) throws(DatasetError) {
    self.folder = folder
    folders = try FolderContent(of: folder).folders
  }

  var train: String? { path("train") }
  var test: String? { path("test") ?? path("val") }
  var unlabeled: String? { path("unlabeled") }

  /// The names of all folders that are splits.
  var names: [String] { folders.filter { Self.known.contains($0.lowercased()) } }

  /// Refuses a folder that holds whole data sets where classes are looked for.
  func refuseNested() throws(DatasetError) {
    for name in folders where !names.contains(name) {
      let spellings = ["train", "Train", "TRAIN"].map { "\(folder)/\(name)/\($0)" }
      guard spellings.contains(where: ImageFolder.isFolder) else { continue }
      let inner = try SplitFolders(of: "\(folder)/\(name)")
      guard let split = inner.train, inner.folders.count == 1 || inner.test != nil else { continue }
      throw .splitsInClass(
        path: inner.folder, split: String(split.dropFirst(inner.folder.count + 1)))
    }
  }

  private func path(_ name: String) -> String? {
    let match = folders.contains(name) ? name : folders.first { $0.lowercased() == name }
    return match.map { "\(folder)/\($0)" }
  }
}
