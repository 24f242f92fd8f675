/// A data set's images in their own order, as a frozen encoder sees them.
public struct EvaluationLoader: Sendable {
  /// Consecutive images.
  public struct Batch: Sendable {
    /// The data set index of each row.
    public let samples: [Int]

    /// Shape `[samples.count, size, size, 3]`, values in [0, 1].
    public let images: Tensor

    /// The class of each row, `nil` where unlabelled.
    public let labels: [Int?]

    /// Images that could not be read and have no row.
    public let skipped: [UnreadableImage]
  }

  /// The images.
  public let dataset: any ImageDataset

  private let transform: EvaluationTransform
  private let batchSize: Int
  private let broken: BrokenImages

  /// Creates a loader of images of `imageSize` pixels a side, `batchSize` at a time.
  public init(
    dataset: any ImageDataset, imageSize: Int, batchSize: Int, broken: BrokenImages = .refuse
  ) {
    self.dataset = dataset
    transform = EvaluationTransform(size: imageSize)
    self.batchSize = batchSize
    self.broken = broken
  }

  /// The number of batches; the last one may be smaller.
  public var batchCount: Int { (dataset.count + batchSize - 1) / batchSize }

  /// Returns batch `index`, from 0, read on all workers.
  ///
  /// - Throws: An image that cannot be read, if those are refused.
  public func batch(_ index: Int) throws(UnreadableImage) -> Batch {
    precondition(index >= 0 && index < batchCount, "no batch \(index) of \(batchCount)")
    let planned = Array((index * batchSize)..<min((index + 1) * batchSize, dataset.count))
    let size = transform.size
    var images = Tensor(uninitialized: [planned.count, size, size, 3])
    let errors = RowPass(rows: planned.count, grain: 4).mapRows(writing: &images) { row, elements in
      do {
        let source = try dataset.reducedImage(at: planned[row]) {
          ImageReduction(from: ($0, $1), to: size)
        }
        transform.write(source.image, into: &elements)
        return UnreadableImage?.none
      } catch {
        return UnreadableImage(index: planned[row], cause: error)
      }
    }
    let skipped = errors.compactMap(\.self)
    if let first = skipped.first {
      if broken == .refuse { throw first }
      let kept = planned.indices.filter { errors[$0] == nil }
      let rows = kept.map { images.rows($0..<($0 + 1)) }
      images = rows.isEmpty ? Tensor(zeros: [0, size, size, 3]) : .concatenated(rows)
      return makeBatch(kept.map { planned[$0] }, images, skipped)
    }
    return makeBatch(planned, images, [])
  }

  private func makeBatch(_ samples: [Int], _ images: Tensor, _ skipped: [UnreadableImage]) -> Batch
  {
    Batch(
      samples: samples, images: images, labels: samples.map { dataset.label(at: $0) },
      skipped: skipped)
  }
}
