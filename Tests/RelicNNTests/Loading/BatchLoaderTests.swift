import Testing

@testable import RelicNN

/// Tests that set the number of workers run one after another.
@Suite(.serialized) struct BatchLoaderTests {
  static func loader(localViews: Int = 2, seed: UInt64 = 42) throws -> BatchLoader {
    BatchLoader(
      dataset: try Shapes(split: .train, count: 20), batchSize: 6, imageSize: 32,
      localViews: localViews, seed: seed)
  }

  @Test func `an epoch visits every picture at most once and drops the rest`() throws {
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
    let before = ThreadPool.workerCount
    defer { ThreadPool.workerCount = before }
    ThreadPool.workerCount = 1
    let one = try loader.batch(epoch: 0, step: 1)
    ThreadPool.workerCount = 2
    let two = try loader.batch(epoch: 0, step: 1)
    #expect(one.samples == two.samples && one.views.global == two.views.global)
    #expect(one.views.local == two.views.local)
  }

  @Test func `another seed makes other batches`() throws {
    let one = try Self.loader(seed: 1).batch(epoch: 0, step: 0)
    let two = try Self.loader(seed: 2).batch(epoch: 0, step: 0)
    #expect(one.samples != two.samples)
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
