internal import Foundation

extension UnreadableImage {
  /// What another rank tells of an image.
  private struct Told: Codable, Error, CustomStringConvertible {
    let index: Int
    let description: String
  }

  /// Returns those that any rank has passed over, in the order of the ranks.
  package static func gathered(
    _ own: [UnreadableImage], _ ranks: any Communicator
  ) -> [UnreadableImage] {
    guard ranks.any(!own.isEmpty) else { return [] }
    let told = own.map { Told(index: $0.index, description: "\($0.cause)") }
    let all = ranks.gather([UInt8]((try? JSONEncoder().encode(told)) ?? Data()))
    return all.enumerated().flatMap { rank, bytes in
      if rank == ranks.rank { return own }
      let told = (try? JSONDecoder().decode([Told].self, from: Data(bytes))) ?? []
      return told.map { UnreadableImage(index: $0.index, cause: $0) }
    }
  }
}
