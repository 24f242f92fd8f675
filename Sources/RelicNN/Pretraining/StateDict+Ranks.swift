internal import Foundation

extension StateDict {
  /// What has to be known of the arrays before they come.
  private struct Outline: Codable {
    struct Entry: Codable {
      let name: String
      let shape: [Int]
    }

    let entries: [Entry]
    let metadata: [String: String]
  }

  /// Returns the arrays and notes of rank 0.
  func broadcast(by ranks: any Communicator) -> StateDict {
    let own = Outline(
      entries: names.map { Outline.Entry(name: $0, shape: self[$0]?.shape ?? []) },
      metadata: metadata)
    let bytes = ranks.broadcast([UInt8]((try? JSONEncoder().encode(own)) ?? Data()))
    guard let outline = try? JSONDecoder().decode(Outline.self, from: Data(bytes)) else {
      preconditionFailure("rank 0 gives no outline of its state")
    }
    var dict = StateDict()
    dict.metadata = outline.metadata
    for entry in outline.entries {
      dict[entry.name] = .floats(
        ranks.broadcast(tensor(entry.name) ?? Tensor(uninitialized: entry.shape)))
    }
    return dict
  }
}
