import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct ReducedLoadingTests: ~Copyable {
  private let folder: TemporaryFolder

  init() throws {
    let folder = try TemporaryFolder()
    for (name, file) in [
      ("a.jpg", "large.jpg"), ("b.jpg", "large_turned.jpg"), ("c.jpg", "rgb.jpg"),
      ("d.png", "rgb.png"),
    ] {
      let data = try Data(contentsOf: URL(filePath: Fixtures.path("images/" + file)))
      try folder.write(name, [UInt8](data))
    }
    self.folder = folder
  }

  private func dataset(_ decoding: ImageDecoding, cache: ImageCache? = nil) throws -> ImageFolder {
    var dataset = try ImageFolder(folder: folder.path)
    dataset.decoding = decoding
    dataset.cache = cache
    return dataset
  }

  private func batch(_ dataset: some ImageDataset, epoch: Int = 0) throws -> Batch {
    var strength = ViewStrength()
    // A threshold makes much of little.
    strength.solarizeProbability = 0
    return try BatchLoader(
      dataset: dataset, batchSize: 4, imageSize: 16, localViews: 1, strength: strength, seed: 3
    ).batch(epoch: epoch, step: 0)
  }

  @Test func `views of images decoded smaller are nearly those of whole ones`() throws {
    for epoch in 0..<4 {
      let (whole, reduced) = (
        try batch(dataset(.full), epoch: epoch), try batch(dataset(.reduced), epoch: epoch)
      )
      #expect(whole.samples == reduced.samples)
      for (row, sample) in whole.samples.enumerated() {
        for view in 0..<2 {
          let place = view * 4 + row
          let (a, b) = (
            whole.views.global.rows(place..<(place + 1)),
            reduced.views.global.rows(place..<(place + 1))
          )
          // Small files and PNG are decoded in full.
          if sample >= 2 {
            #expect(a == b)
            continue
          }
          #expect(a != b)
          let difference = zip(a.scalars, b.scalars).reduce(0) { $0 + abs($1.0 - $1.1) }
          // Edges move by up to half a pixel of the reduced image.
          #expect(difference / Float(a.count) < 0.08, "image \(sample), epoch \(epoch)")
        }
      }
    }
  }

  @Test func `a cache changes no view and no feature's image`() throws {
    let cache = try ImageCache(folder.path + "-cache", limit: 1 << 30)
    defer { try? FileManager.default.removeItem(atPath: folder.path + "-cache") }
    for decoding in ImageDecoding.allCases {
      let expected = try batch(dataset(decoding))
      let images = try EvaluationLoader(dataset: dataset(decoding), imageSize: 20, batchSize: 4)
      for _ in 0..<2 {
        let found = try batch(dataset(decoding, cache: cache))
        #expect(found.views.global == expected.views.global)
        #expect(found.views.local == expected.views.local)
        let cached = try EvaluationLoader(
          dataset: dataset(decoding, cache: cache), imageSize: 20, batchSize: 4)
        #expect(try cached.batch(0).images == images.batch(0).images)
      }
    }
  }

  @Test func `part of a set decodes as the whole does`() throws {
    let whole = try dataset(.reduced)
    let (rest, _) = whole.holdingOut(0)
    #expect(try batch(rest).views.global == batch(whole).views.global)
  }
}
