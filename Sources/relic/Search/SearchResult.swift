internal import LinearProbe

/// A sample that was found, as a list tells of it.
struct FoundSample: Encodable {
  let image: String
  let row: Int
  /// Its cosine with the query or, in a group, the greatest with another of the group.
  let similarity: Double
  let className: String?

  init(_ row: Int, _ similarity: Float, in set: SearchSamples) {
    image = set.name(row)
    self.row = row
    // Single precision has no more digits, and may go beyond 1.
    self.similarity = (Double(min(1, max(-1, similarity))) * 1e6).rounded() / 1e6
    className = set.className(row)
  }

  private enum CodingKeys: String, CodingKey {
    case image, row, similarity
    case className = "class"
  }
}

/// A query and its neighbours, the nearest first.
struct FoundNeighbors: Encodable {
  let query: String
  /// Among the samples that the query comes from.
  let row: Int
  let className: String?
  let neighbors: [FoundSample]

  private enum CodingKeys: String, CodingKey {
    case query, row, neighbors
    case className = "class"
  }
}

/// What a search has found.
struct SearchResult: Encodable {
  /// Where was searched.
  let among: String
  /// The number of samples there.
  let count: Int
  let encoder: String?
  var queries: [FoundNeighbors]?
  /// The least cosine of a pair of one group.
  var threshold: Double?
  /// Samples that are near-duplicates, those of the most similar pair first.
  var groups: [[FoundSample]]?

  init(_ set: SearchSamples) {
    among = set.path
    count = set.count
    encoder = set.origin?.encoder
  }

  /// A JSON object in one line.
  var json: String { JSONText.line(self) }

  /// A line for each neighbour, or for each sample of a group, as RFC 4180 has them.
  var csv: String {
    if let groups {
      let isLabelled = groups.first?.first?.className != nil
      var text = csvLine(["group", "image", "similarity"] + (isLabelled ? ["class"] : []))
      for (number, group) in groups.enumerated() {
        for found in group {
          text += csvLine(
            ["\(number + 1)", found.image, found.similarity.fixed(6)]
              + (isLabelled ? [found.className ?? ""] : []))
        }
      }
      return text
    }
    let queries = queries ?? []
    let isLabelled = queries.first?.neighbors.first?.className != nil
    var text = csvLine(
      ["query", "rank", "neighbor", "similarity"]
        + (isLabelled ? ["query_class", "neighbor_class"] : []))
    for query in queries {
      for (rank, found) in query.neighbors.enumerated() {
        text += csvLine(
          [query.query, "\(rank + 1)", found.image, found.similarity.fixed(6)]
            + (isLabelled ? [query.className ?? "", found.className ?? ""] : []))
      }
    }
    return text
  }
}
