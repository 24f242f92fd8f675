internal import Foundation
internal import RelicNN

/// The features of a batch with the labels and, where they have some, the files of its images.
struct FeatureBatch {
  var features: [Float] = []
  var labels: [Int?] = []
  var names: [String] = []

  /// What a rank tells of a batch beside its features.
  private struct Told: Codable {
    let labels: [Int?]
    let names: [String]
  }

  /// Collects the batches of all ranks.
  ///
  /// - Parameters:
  ///   - own: That of this rank.
  ///   - ranks: All ranks, each of which gives one.
  ///   - skips: Whether images are passed over.
  /// - Returns: The batches in the order of the ranks, and the images that these have passed over.
  /// - Throws: On the first rank that has an error that error, on the others `RankError.failed`.
  static func gathered(
    _ own: Result<(FeatureBatch, skipped: [UnreadableImage]), any Error>,
    _ ranks: any Communicator, skips: Bool
  ) throws -> (batches: [FeatureBatch], skipped: [UnreadableImage]) {
    let (batch, skipped) = try ranks.agreed(own)
    guard ranks.size > 1 else { return ([batch], skipped) }
    let counts = ranks.gather([Double(batch.features.count)]).map { Int($0[0]) }
    let features = ranks.gather(
      Tensor(batch.features, shape: [batch.features.count]), counts: counts)
    let told = try JSONEncoder().encode(Told(labels: batch.labels, names: batch.names))
    let batches = try zip(features, ranks.gather([UInt8](told))).map { features, bytes in
      let told = try JSONDecoder().decode(Told.self, from: Data(bytes))
      return FeatureBatch(features: features.scalars, labels: told.labels, names: told.names)
    }
    return (batches, skips ? UnreadableImage.gathered(skipped, ranks) : skipped)
  }
}
