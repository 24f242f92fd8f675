/// What there is to know of a data set that users can name.
///
/// Each set's lies beside the code that reads it; ``DatasetName/format`` lists them.
struct DatasetFormat: Sendable {
  /// The side of a global view that suits the set, in pixels.
  let imageSize: Int

  /// The split that encoders are pretrained on.
  var pretrainingSplit = DatasetSplit.train

  /// The folder that the set's archive unpacks to, or `nil` if nothing tells it from others.
  var folderName: String?

  /// What the authors publish, or `nil` if that needs an agreement or is no single archive.
  var archive: DatasetArchive?

  /// Opens a split of the set that lies in `folder`.
  let open:
    @Sendable (_ folder: String, _ split: DatasetSplit) throws(DatasetError) -> any ImageDataset
}
