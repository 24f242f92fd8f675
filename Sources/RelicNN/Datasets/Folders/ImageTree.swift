internal import RelicCore

/// All images below a folder, through links to folders too.
struct ImageTree {
  /// How often links may lead to one folder: linked to each other, folders have paths without end.
  private static let visitLimit = 100

  /// The images' paths below the folder, sorted as torchvision's `make_dataset` sorts them: by the
  /// path of their folder, then by name.
  private(set) var files: [String]
  private(set) var otherFiles = FileCounts()

  private var folders: [(path: String, images: [String])] = []
  private var visits: [FolderIdentity: Int] = [:]

  /// Reads all that lies below `folder`.
  ///
  /// Links that lead back to `ancestor` or to a folder on the way are not followed.
  ///
  /// - Throws: An entry that cannot be used (see ``FolderContent``), or a folder that links lead to
  ///   on more than a hundred paths.
  init(below folder: String, outside ancestor: FolderIdentity?) throws(DatasetError) {
    files = []
    try read(folder, path: "", within: ancestor.map { [$0] } ?? [])
    let sorted = folders.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    folders = []
    files = sorted.flatMap { folder in
      folder.images.map { folder.path.isEmpty ? $0 : "\(folder.path)/\($0)" }
    }
  }

  private mutating func read(
    _ folder: String, path: String, within ancestors: Set<FolderIdentity>
  ) throws(DatasetError) {
    guard let own = FolderIdentity(folder) else { throw .noFolder(path: folder) }
    if ancestors.contains(own) { return }
    visits[own, default: 0] += 1
    guard visits[own, default: 0] <= Self.visitLimit else {
      throw .unreadable(
        path: folder, reason: "links lead to it on more than \(Self.visitLimit) paths")
    }
    let content = try FolderContent(of: folder)
    otherFiles.add(content.otherFiles)
    folders.append((path, content.images))
    for inner in content.folders {
      try read(
        "\(folder)/\(inner)", path: path.isEmpty ? inner : "\(path)/\(inner)",
        within: ancestors.union([own]))
    }
  }
}
