import TestSupport
import Testing

@testable import RelicNN

@Suite struct BatchLoaderTests {
  static func loader(localViews: Int = 2, seed: UInt64 = 42) throws -> BatchLoader {
    BatchLoader(
      dataset: try Shapes(split: .train, count: 20), batchSize: 6, imageSize: 32,
      localViews: localViews, seed: seed)
  }

  @Test func `an epoch visits every image at most once and drops the rest`() throws {
    let loader = try Self.loader(localViews: 0)
    #expect(loader.stepsPerEpoch == 3)
    let samples = try (0..<3).flatMap { try loader.batch(epoch: 4, step: $0).samples }
    #expect(samples.count == 18 && Set(samples).count == 18)
    #expect(try loader.batch(epoch: 5, step: 0).samples != Array(samples[..<6]))
  }

  @Test func `views lie view by view and are those of the generator`() throws {
    let loader = try Self.loader()
    let batch = try loader.batch(epoch: 1, step: 2)
    let local = try #require(batch.views.local)
    #expect(batch.views.global.shape == [12, 32, 32, 3] && local.shape == [12, 13, 13, 3])
    let sample = batch.samples[5]
    let image = try loader.dataset.image(at: sample)
    let global = ViewGenerator(imageSize: 32, isLocal: false)
    let small = ViewGenerator(imageSize: 32, isLocal: true)
    for view in 0..<2 {
      let expected = global.view(of: image, seed: 42, epoch: 1, sample: sample, view: view)
      #expect(batch.views.global.rows((view * 6 + 5)..<(view * 6 + 6)).scalars == expected.scalars)
      let crop = small.view(of: image, seed: 42, epoch: 1, sample: sample, view: 2 + view)
      #expect(local.rows((view * 6 + 5)..<(view * 6 + 6)).scalars == crop.scalars)
    }
    #expect(batch.views.global.rows(0..<1) != batch.views.global.rows(6..<7))
  }

  @Test func `one worker and two make the same batch`() throws {
    let loader = try Self.loader()
    let one = try withWorkers(1) { try loader.batch(epoch: 0, step: 1) }
    let two = try withWorkers(2) { try loader.batch(epoch: 0, step: 1) }
    #expect(one.samples == two.samples && one.views.global == two.views.global)
    #expect(one.views.local == two.views.local)
  }

  @Test func `another seed makes other batches`() throws {
    let one = try Self.loader(seed: 1).batch(epoch: 0, step: 0)
    let two = try Self.loader(seed: 2).batch(epoch: 0, step: 0)
    #expect(one.samples != two.samples)
  }

  /// A user's own set: images in memory, of which some are lost.
  struct Scans: ImageDataset {
    struct Lost: Error, Equatable { let index: Int }

    let lost: Set<Int>
    let count = 8

    func image(at index: Int) throws -> RGBImage {
      if lost.contains(index) { throw Lost(index: index) }
      let value = UInt8(30 * index)
      return RGBImage(width: 9, height: 7, pixels: Array(repeating: value, count: 3 * 63))
    }
  }

  @Test func `a user's own set needs a count and images alone`() throws {
    let set = Scans(lost: [])
    #expect(set.name == "Scans" && set.classNames == nil)
    let rows = try EvaluationLoader(dataset: set, imageSize: 4, batchSize: 8).batch(0)
    #expect(rows.labels == Array(repeating: nil, count: 8))
    #expect(rows.images.rows(5..<6).scalars == Array(repeating: 150.0 / 255, count: 48))
    #expect(set.fileName(at: 0) == nil)
    let batch = try BatchLoader(dataset: set, batchSize: 4, imageSize: 32, seed: 1)
      .batch(epoch: 0, step: 1)
    #expect(batch.views.global.shape == [8, 32, 32, 3] && batch.skipped.isEmpty)
  }

  @Test func `its own errors reach the caller, the first image's first`() throws {
    let set = Scans(lost: [2, 3, 6])
    let refusing = BatchLoader(dataset: set, batchSize: 8, imageSize: 32, seed: 1)
    let order = refusing.order(epoch: 0)
    let first = try #require(order.first { set.lost.contains($0) })
    let error = #expect(throws: UnreadableImage.self) { try refusing.batch(epoch: 0, step: 0) }
    #expect(error?.index == first && error?.cause as? Scans.Lost == Scans.Lost(index: first))
    let skipping = BatchLoader(
      dataset: set, batchSize: 8, imageSize: 32, seed: 1, broken: .skip)
    let batch = try skipping.batch(epoch: 0, step: 0)
    let replaced = order.filter { set.lost.contains($0) }.flatMap { $0 == 2 ? [2, 3] : [$0] }
    #expect(batch.skipped.map(\.index) == replaced)
    #expect(batch.samples == order.map { [2: 4, 3: 4, 6: 7][$0] ?? $0 })
    let rows = try EvaluationLoader(dataset: set, imageSize: 4, batchSize: 8, broken: .skip).batch(
      0)
    #expect(rows.samples == [0, 1, 4, 5, 7] && rows.skipped.map(\.index) == [2, 3, 6])
  }

  @Test func `evaluation keeps the order, the labels and the last rows`() throws {
    let set = try Shapes(split: .test, count: 10)
    let loader = EvaluationLoader(dataset: set, imageSize: 32, batchSize: 4)
    #expect(loader.batchCount == 3)
    let last = try loader.batch(2)
    #expect(last.samples == [8, 9] && last.labels == [8, 9])
    let floats = set.image(at: 9).pixels.map { Float($0) / 255 }
    #expect(last.images.rows(1..<2).scalars == floats)
  }
}
