internal import Foundation

/// JPEG and PNG files that are named one by one, without labels.
package struct ImageFiles: ReducibleDataset {
  /// The files.
  package let paths: [String]
  /// Each of them alone.
  private let files: [ImageFolder]

  /// Creates a set of the files at these paths, with Pillow's limit of pixels if none is given.
  package init(
    _ paths: [String], pixelLimit: Int? = nil, decoding: ImageDecoding = .full
  ) {
    self.paths = paths
    files = paths.map { path in
      let place = path as NSString
      let parent = place.deletingLastPathComponent
      var file = ImageFolder(
        name: "files", folder: parent.isEmpty ? "." : parent,
        entries: [ImageFolder.Entry(file: place.lastPathComponent, label: nil)], classNames: nil)
      file.pixelLimit = pixelLimit ?? file.pixelLimit
      file.decoding = decoding
      return file
    }
  }

  package var name: String { "files" }

  package var count: Int { paths.count }

  /// Returns the image in file `index`, upright, at its own size.
  package func image(at index: Int) throws(DatasetError) -> RGBImage {
    try files[index].image(at: 0)
  }

  func image(
    at index: Int, reducedBy reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws(DatasetError) -> ReducedImage {
    try files[index].image(at: 0, reducedBy: reduction)
  }

  /// Returns the path as it was given.
  package func fileName(at index: Int) -> String? { paths[index] }
}
