internal import Synchronization

/// The views of one training step.
public struct Batch: Sendable {
  /// The data set index of each image, in the order of the rows of one view: those of this rank.
  public let samples: [Int]

  /// The views of these images.
  public let views: ViewBatch

  /// Images that could not be read; the rows show others in their place.
  public let skipped: [UnreadableImage]
}

/// Shuffled batches of random views of a data set.
///
/// A batch is a function of (data set, sizes, seed, epoch, step): it does not depend on batches made
/// before or on the number of workers.
public struct BatchLoader: Sendable {
  /// The images.
  public let dataset: any ImageDataset

  /// Images in a batch.
  public let batchSize: Int

  /// The rows of a batch that are made here: all, unless ranks share it.
  public private(set) var rows: BatchRows

  private let globals: ViewGroup
  private let locals: ViewGroup?
  private let seed: UInt64
  let broken: BrokenImages
  private let lastOrder = EpochOrder()

  /// Creates a loader.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - batchSize: Images in a batch.
  ///   - imageSize: The side of a large crop, in pixels; a small one has 3/7 of it.
  ///   - globalViews: Large crops of each image.
  ///   - localViews: Small crops of each image.
  ///   - strength: How far views differ from their images.
  ///   - seed: Decides order and views.
  ///   - broken: What to do about an image that cannot be read.
  public init(
    dataset: any ImageDataset, batchSize: Int, imageSize: Int, globalViews: Int = 2,
    localViews: Int = 0, strength: ViewStrength = ViewStrength(), seed: UInt64,
    broken: BrokenImages = .refuse
  ) {
    self.dataset = dataset
    self.broken = broken
    self.batchSize = batchSize
    rows = BatchRows(of: batchSize, rank: 0, size: 1)
    self.seed = seed
    globals = ViewGroup(
      generator: ViewGenerator(imageSize: imageSize, isLocal: false, strength: strength),
      views: 0..<globalViews)
    locals =
      localViews > 0
      ? ViewGroup(
        generator: ViewGenerator(imageSize: imageSize, isLocal: true, strength: strength),
        views: globalViews..<(globalViews + localViews)) : nil
  }

  /// Returns the loader of one of several ranks, which makes its own rows of every batch alone.
  public func sharing(_ ranks: any Communicator) -> BatchLoader {
    var loader = self
    loader.rows = BatchRows(of: batchSize, rank: ranks.rank, size: ranks.size)
    return loader
  }

  /// Whole batches in one pass over the data; the incomplete last one is dropped.
  public var stepsPerEpoch: Int { dataset.count / batchSize }

  /// Returns the order in which an epoch visits the images.
  func order(epoch: Int) -> [Int] {
    var random = Philox(seed: seed, purpose: .shuffle, epoch: epoch)
    var order = Array(0..<dataset.count)
    for i in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(i, random.integer(below: i + 1))
    }
    return order
  }

  /// Returns the batch of one step.
  ///
  /// - Parameters:
  ///   - epoch: The pass over the data, from 0.
  ///   - step: The step within the epoch, from 0, below `stepsPerEpoch`.
  /// - Returns: The views, made on all workers.
  /// - Throws: An image that cannot be read, if those are refused, or if no other can replace it.
  public func batch(epoch: Int, step: Int) throws(UnreadableImage) -> Batch {
    precondition(
      step >= 0 && step < stepsPerEpoch, "no step \(step) in an epoch of \(stepsPerEpoch)")
    let order = lastOrder.samples(of: epoch) { self.order(epoch: epoch) }
    let planned = rows.own.map { order[step * batchSize + $0] }
    let groups = [globals] + [locals].compactMap(\.self)
    var views = groups.map { group in
      let size = group.generator.size
      return Tensor(uninitialized: [group.views.count, planned.count, size, size, 3])
    }
    let sources = try fill(&views, of: groups, with: planned, epoch: epoch)
      .map { row throws(UnreadableImage) in try row.get() }
    let images = views.map { $0.reshaped([$0.shape[0] * planned.count] + $0.shape[2...]) }
    return Batch(
      samples: sources.map(\.sample),
      views: ViewBatch(
        global: images[0], globalCount: globals.views.count,
        local: locals.map { _ in images[1] }, localCount: locals?.views.count ?? 0),
      skipped: sources.flatMap(\.skipped))
  }

  /// Views that are made alike.
  private struct ViewGroup {
    let generator: ViewGenerator
    /// Their numbers among all views.
    let views: Range<Int>
  }

  /// What a row of a batch shows.
  private struct Source {
    let sample: Int
    /// Images that could not be read and would have been in its place.
    let skipped: [UnreadableImage]
  }

  /// Writes all views of `planned`, sample by sample on all workers; returns what each row shows.
  private func fill(
    _ views: inout [Tensor], of groups: [ViewGroup], with planned: [Int], epoch: Int
  ) -> [Result<Source, UnreadableImage>] {
    RowPass(rows: planned.count, grain: 4).mapChunks(writing: &views) { chunk, written in
      var scratches = groups.map { $0.generator.makeScratch() }
      return chunk.rows.map { row in
        Result { () throws(UnreadableImage) in
          let (source, image) = try readable(planned[row], for: groups, epoch: epoch)
          for (index, group) in groups.enumerated() {
            for (block, view) in group.views.enumerated() {
              written.write(row, ofBlock: block, ofTensor: index) { elements in
                group.generator.write(
                  image, seed: seed, epoch: epoch, sample: source.sample, view: view,
                  into: &elements, &scratches[index])
              }
            }
          }
          return source
        }
      }
    }.flatMap(\.self)
  }

  /// Returns image `sample`, or the next one that can be read.
  private func readable(
    _ sample: Int, for groups: [ViewGroup], epoch: Int
  ) throws(UnreadableImage) -> (Source, ReducedImage) {
    var skipped: [UnreadableImage] = []
    for offset in 0..<dataset.count {
      let candidate = (sample + offset) % dataset.count
      do {
        let image = try dataset.reducedImage(at: candidate) { width, height in
          reduction(width: width, height: height, of: candidate, for: groups, epoch: epoch)
        }
        return (Source(sample: candidate, skipped: skipped), image)
      } catch {
        skipped.append(UnreadableImage(index: candidate, cause: error))
        if broken == .refuse { break }
      }
    }
    throw skipped[0]
  }

  /// The strongest reduction that every view of an image allows.
  private func reduction(
    width: Int, height: Int, of sample: Int, for groups: [ViewGroup], epoch: Int
  ) -> ImageReduction {
    let allowed = groups.flatMap { group in
      group.views.map { view in
        group.generator.reduction(
          width: width, height: height, seed: seed, epoch: epoch, sample: sample, view: view)
      }
    }
    return allowed.min { $0.rawValue < $1.rawValue } ?? .whole
  }
}

/// The order of the epoch asked for last: a class, so that a loader keeps it without mutating.
private final class EpochOrder: Sendable {
  private let last = Mutex<(epoch: Int, samples: [Int])?>(nil)

  /// Returns what `shuffled` returned when an epoch was first asked for.
  func samples(of epoch: Int, shuffled: () -> [Int]) -> [Int] {
    last.withLock { last in
      if let last, last.epoch == epoch { return last.samples }
      let samples = shuffled()
      last = (epoch, samples)
      return samples
    }
  }
}
