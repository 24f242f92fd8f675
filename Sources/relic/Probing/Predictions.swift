internal import Foundation
internal import LinearProbe

/// What a probe makes of samples, a list for other programs.
struct Predictions {
  private let classes: [String]
  private let samples: [Sample]
  private let areNamed: Bool

  /// One sample.
  private struct Sample: Encodable {
    let row: Int
    let file: String?
    let prediction: String
    let probabilities: [Double]
  }

  /// Applies a probe; `names` are those of the samples' files.
  init(_ probe: FittedProbe, _ features: Features, names: [String]?) throws(FitError) {
    let probabilities = try probe.probabilities(features)
    classes = probe.classes.map(probe.name(of:))
    areNamed = names != nil
    samples = probe.labels(probabilities).enumerated().map { row, label in
      Sample(
        row: row, file: names?[row], prediction: probe.name(of: label),
        probabilities: Array(probabilities.row(row)))
    }
  }

  /// A line for each sample, as RFC 4180 has them.
  var csv: String {
    var text = csvLine([areNamed ? "file" : "row", "prediction"] + classes)
    for sample in samples {
      text += csvLine(
        [sample.file ?? String(sample.row), sample.prediction]
          + sample.probabilities.map { "\($0)" })
    }
    return text
  }

  /// An object that names the classes once, in the order of each sample's probabilities.
  var json: String {
    struct List: Encodable {
      let classes: [String]
      let samples: [Sample]
    }
    return JSONText.line(List(classes: classes, samples: samples))
  }
}
