internal import RelicNN

extension Console {
  /// Says what was taken for a split, and what was passed over, where the data set is a folder.
  func tell(of images: any ImageDataset, as split: DatasetSplit) {
    guard let folder = images as? ImageFolder else { return }
    line(
      "\(split.rawValue): \(folder.count.counted("image")) of \(folder.folder)\(Self.classes(of: folder))"
    )
    if !folder.otherFiles.isEmpty {
      writeError(
        "note: \(folder.folder): \(folder.otherFiles) passed over, for only "
          + "\(ImageFolder.endings) are read\n")
    }
  }

  private static func classes(of folder: ImageFolder) -> String {
    guard let names = folder.classNames else { return ", without labels" }
    let shown = names.prefix(5).joined(separator: ", ")
    return " in \(names.count) \(names.count == 1 ? "class" : "classes"): \(shown)"
      + (names.count > 5 ? ", …" : "")
  }
}
