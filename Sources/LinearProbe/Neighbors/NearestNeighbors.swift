internal import Foundation

/// Classification by the most similar training samples, without any fitting.
///
/// Similarity is the cosine; each of the nearest samples votes for its class with the weight
/// exp(similarity / temperature). Wu et al. 2018; Caron et al. 2021.
public struct NearestNeighbors: Codable, Equatable, Sendable {
  /// The number of samples that vote, or all if there are fewer.
  public var neighbors: Int
  /// How slowly a vote's weight falls with its distance.
  public var temperature: Double

  /// Creates a classifier of the given number of voters and temperature.
  public init(neighbors: Int, temperature: Double) {
    self.neighbors = neighbors
    self.temperature = temperature
  }

  /// The two settings that are usually reported.
  public static let standard = [
    NearestNeighbors(neighbors: 20, temperature: 0.07),
    NearestNeighbors(neighbors: 200, temperature: 0.1),
  ]

  /// Refuses settings that no vote can use.
  func check() throws(FitError) {
    guard neighbors > 0 else {
      throw .badSetting(
        name: "number of neighbours", value: "\(neighbors)", range: "a positive integer")
    }
    guard temperature > 0, temperature.isFinite else {
      throw .badSetting(name: "temperature", value: "\(temperature)", range: "a positive number")
    }
  }

  /// Returns each class's share of the votes on some of the queries, `[queries, classes]`.
  func shares(
    _ neighborhoods: Neighborhoods, of data: TrainingData, queries: Range<Int>
  ) -> Matrix {
    var shares = Matrix(rows: queries.count, columns: data.classes.count)
    for (row, query) in queries.enumerated() {
      let nearest = neighborhoods.nearest(query).prefix(neighbors)
      // Weights relative to the first one's: the shares are the same and nothing overflows.
      let highest = Double(nearest.first?.similarity ?? 0)
      var total = 0.0
      for neighbor in nearest {
        let weight = exp((Double(neighbor.similarity) - highest) / temperature)
        shares[row, Int(data.targets[Int(neighbor.row)])] += weight
        total += weight
      }
      for code in data.classes.indices { shares[row, code] /= total }
    }
    return shares
  }
}
