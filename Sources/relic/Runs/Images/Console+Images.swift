internal import RelicNN

extension Console {
  /// Says what was taken for a split, and what was passed over, where the data set is a folder.
  func tell(of images: any ImageDataset, as split: DatasetSplit) {
    if let joined = images as? JoinedImages {
      for (part, split) in zip(joined.parts, [split, .unlabeled]) { tell(of: part, as: split) }
      return
    }
    let part = images as? ImageSubset
    guard let folder = (part?.base ?? images) as? ImageFolder else { return }
    let taken = part.map { "\($0.count) of " } ?? ""
    tell(
      "\(split.rawValue): \(taken)\(folder.count.counted("image")) of \(folder.folder)"
        + Self.classes(of: folder))
    if !folder.otherFiles.isEmpty {
      writeError(
        "note: \(folder.folder): \(folder.otherFiles) passed over, for only "
          + "\(ImageFolder.endings) are read\n")
    }
  }

  private static func classes(of folder: ImageFolder) -> String {
    folder.classNames.map { " in \($0.classList)" } ?? ", without labels"
  }
}

extension [String] {
  /// Names of classes as a line has them: `7 classes: cat, dog, …`, at most five of them.
  var classList: String {
    "\(count) \(count == 1 ? "class" : "classes"): " + prefix(5).joined(separator: ", ")
      + (count > 5 ? ", …" : "")
  }
}
