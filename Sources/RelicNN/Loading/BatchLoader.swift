internal import Synchronization

/// The views of one training step.
public struct Batch: Sendable {
  /// The data set index of each image, in the order of the rows of one view.
  public let samples: [Int]

  /// The views of these images.
  public let views: ViewBatch

  /// Images that could not be read; the rows show others in their place.
  public let skipped: [UnreadableImage]
}

/// Shuffled batches of random views of a data set.
///
/// A batch is a function of (data set, sizes, seed, epoch, step): it does not depend on batches made before
/// or on the number of workers.
public struct BatchLoader: Sendable {
  /// The images.
  public let dataset: any ImageDataset

  /// Images in a batch.
  public let batchSize: Int

  private let globalGenerator: ViewGenerator
  private let localGenerator: ViewGenerator?
  private let globalCount: Int
  private let localCount: Int
  private let seed: UInt64
  private let broken: BrokenImages
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
    self.seed = seed
    globalCount = globalViews
    localCount = localViews
    globalGenerator = ViewGenerator(imageSize: imageSize, isLocal: false, strength: strength)
    localGenerator =
      localViews > 0
      ? ViewGenerator(imageSize: imageSize, isLocal: true, strength: strength) : nil
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
    let planned = order[(step * batchSize)..<((step + 1) * batchSize)]
    var globalViews = Tensor(uninitialized: shape(of: globalGenerator, count: globalCount))
    var localViews = localGenerator.map { Tensor(uninitialized: shape(of: $0, count: localCount)) }
    let outcome: Outcome
    if let localGenerator, var local = localViews {
      localViews = nil
      outcome = unsafe globalViews.withMutableElements { global in
        unsafe local.withMutableElements { local in
          unsafe fill(
            Array(planned), epoch: epoch,
            [(globalGenerator, globalCount, global), (localGenerator, localCount, local)])
        }
      }
      localViews = local
    } else {
      outcome = unsafe globalViews.withMutableElements { global in
        unsafe fill(Array(planned), epoch: epoch, [(globalGenerator, globalCount, global)])
      }
    }
    if let first = outcome.failures.min(by: { $0.key < $1.key }) { throw first.value }
    return Batch(
      samples: outcome.samples,
      views: ViewBatch(
        global: globalViews, globalCount: globalCount, local: localViews, localCount: localCount),
      skipped: outcome.skipped.sorted { $0.key < $1.key }.flatMap(\.value))
  }

  private func shape(of generator: ViewGenerator, count: Int) -> [Int] {
    [count * batchSize, generator.size, generator.size, 3]
  }

  /// What became of a batch's samples.
  private struct Outcome {
    var samples: [Int]
    /// By row, like ``failures``: workers come to rows in no fixed order.
    var skipped: [Int: [UnreadableImage]] = [:]
    var failures: [Int: UnreadableImage] = [:]
  }

  /// Writes all views of `planned` into the views' destinations, sample by sample on all workers.
  private func fill(
    _ planned: [Int], epoch: Int,
    _ groups: [(ViewGenerator, count: Int, UnsafeMutableBufferPointer<Float>)]
  ) -> Outcome {
    let outcome = Mutex(Outcome(samples: planned))
    parallelRows(planned.count, grain: 4) { rows in
      var scratches = unsafe groups.map { unsafe $0.0.makeScratch() }
      for row in rows {
        do throws(UnreadableImage) {
          let (sample, image, skipped) = try readable(planned[row])
          if !skipped.isEmpty {
            outcome.withLock {
              $0.samples[row] = sample
              $0.skipped[row] = skipped
            }
          }
          var first = 0
          for index in scratches.indices {
            let (generator, count, destination) = unsafe groups[index]
            let size = 3 * generator.size * generator.size
            for view in 0..<count {
              let start = (view * batchSize + row) * size
              let slice = unsafe UnsafeMutableBufferPointer(
                rebasing: destination[start..<(start + size)])
              unsafe generator.write(
                image, seed: seed, epoch: epoch, sample: sample, view: first + view, into: slice,
                &scratches[index])
            }
            first += count
          }
        } catch {
          outcome.withLock { $0.failures[row] = error }
        }
      }
    }
    return outcome.withLock { $0 }
  }

  /// Returns image `sample`, or the next one that can be read, and why others were passed over.
  private func readable(
    _ sample: Int
  ) throws(UnreadableImage) -> (sample: Int, image: RGBImage, skipped: [UnreadableImage]) {
    var skipped: [UnreadableImage] = []
    for offset in 0..<dataset.count {
      let candidate = (sample + offset) % dataset.count
      do {
        return (candidate, try dataset.image(at: candidate), skipped)
      } catch {
        skipped.append(UnreadableImage(index: candidate, cause: error))
        if broken == .refuse { break }
      }
    }
    throw skipped[0]
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
