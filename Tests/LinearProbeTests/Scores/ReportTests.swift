import Testing

@testable import LinearProbe

@Suite struct ReportTests {
  struct Case: Decodable {
    var truth: [Int]
    var predictions: [Int]
    var names: [String]?
    var report: String
    var confusion: [[Int]]
    var confusionText: String

    enum CodingKeys: String, CodingKey {
      case truth
      case predictions
      case names
      case report
      case confusion
      case confusionText = "confusion_text"
    }
  }

  @Test func `reports are scikit-learn's to the character`() throws {
    let cases = try Fixture.json("reports.json", as: [Case].self)
    #expect(cases.count == 6)
    for item in cases {
      let matrix = ConfusionMatrix(truth: item.truth, predictions: item.predictions)
      #expect(matrix.counts == item.confusion)
      #expect(matrix.text == item.confusionText)
      let report = ClassificationReport(matrix, classNames: item.names)
      #expect(report.text == item.report)
    }
  }

  @Test func `undefined scores are named`() {
    let matrix = ConfusionMatrix(truth: [0, 0, 1], predictions: [0, 2, 2])
    let report = ClassificationReport(matrix, classNames: ["cat", "dog", "fox"])
    #expect(
      report.warnings == [
        "precision is set to 0 for classes never predicted: dog",
        "recall is set to 0 for classes without a sample: fox",
      ])
    #expect(report.classes.map(\.support) == [2, 1, 0])
  }

  @Test func `log-loss keeps away from certainty`() {
    let probabilities = Matrix(rows: 3, columns: 2, elements: [0.25, 0.75, 1, 0, 0.5, 0.5])
    let loss = logLoss(probabilities, classes: [3, 5], labels: [3, 5, 9])
    let floor = 36.04365338911715  // -log of the distance from 1 to the next double
    #expect(abs(loss - (1.3862943611198906 + 2 * floor) / 3) < 1e-12)
  }
}
