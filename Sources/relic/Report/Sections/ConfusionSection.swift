internal import LinearProbe
internal import RelicNN

/// What a classifier takes for what, and how well it knows each class.
enum ConfusionSection {
  /// The most classes whose counts are written out.
  private static let writtenClasses = 20
  /// The most rows of a table of classes.
  private static let listedClasses = 60
  private static let listedPairs = 15

  /// Returns the heat map of a score's confusion matrix with the pairs most often mistaken.
  static func confusion(_ score: ReportedScore, _ place: PagePlace) throws -> ReportPage.Section {
    let counts = score.confusionMatrix
    let map =
      counts.count <= writtenClasses ? table(score) : try thumbnail(counts, names: score.classNames)
    let pairs = mistakes(of: score).prefix(listedPairs).map { pair -> HTML in
      """
      <tr><td class="text">\(pair.truth)</td><td class="text">\(pair.prediction)</td>\
      <td class="n">\(pair.count)</td><td class="n">\((100 * pair.share).fixed(1))</td></tr>

      """
    }
    return place.section(
      "confusion", "Confusion",
      body: """
        <p class="note">By \(score.modelName) on \(score.testCount) images. A row is a true class, \
        a column what its images are taken for; the stronger its colour, the larger the share of the row.</p>
        <div class="beside"><div><h3>All classes</h3>
        \(map)</div>
        <div><h3>Most often mistaken</h3>
        <div class="scroll"><table class="pairs"><thead><tr><th>True class</th><th>Taken for</th>\
        <th class="n">Images</th><th class="n">% of class</th></tr></thead>
        <tbody>\(Array(pairs))</tbody></table></div></div></div>
        """)
  }

  /// Returns precision, recall and f1 of the classes.
  static func classes(_ score: ReportedScore, _ place: PagePlace) -> ReportPage.Section {
    let report = ClassificationReport(
      ConfusionMatrix(labels: score.labels, counts: score.confusionMatrix))
    var order = Array(report.classes.indices)
    let isCut = order.count > listedClasses
    if isCut {
      order.sort { report.classes[$0].f1 < report.classes[$1].f1 }
      order = Array(order.prefix(listedClasses))
    }
    let rows = order.map { index in
      let own = report.classes[index]
      return row(
        score.classNames[index], precision: own.precision, recall: own.recall, f1: own.f1,
        images: own.support)
    }
    let mean = report.macroAverage
    let total = row(
      "mean of classes", precision: mean.precision, recall: mean.recall, f1: mean.f1,
      images: mean.support)
    let note =
      isCut
      ? "The \(listedClasses) of \(report.classes.count) classes that are known least." : ""
    return place.section(
      "classes", "Classes",
      body: """
        <p class="note">By \(score.modelName). Precision: of the images taken for the class, those \
        that are of it. Recall: of its images, those taken for it. Bars: precision above recall. \(note)</p>
        <div class="scroll"><table class="classes"><thead><tr><th>Class</th>\
        <th class="n">Precision %</th><th class="n">Recall %</th><th class="bars"></th>\
        <th class="n">f1</th><th class="n">Images</th></tr></thead>
        <tbody>\(rows)</tbody><tfoot>\(total)</tfoot></table></div>
        """)
  }

  private static func row(
    _ name: String, precision: Double, recall: Double, f1: Double, images: Int
  ) -> HTML {
    """
    <tr><td class="text">\(name)</td><td class="n">\((100 * precision).fixed(1))</td>\
    <td class="n">\((100 * recall).fixed(1))</td><td class="bars" aria-hidden="true">\
    <i class="bar k1" style="width:\((100 * precision).fixed(1))%"></i>\
    <i class="bar k0" style="width:\((100 * recall).fixed(1))%"></i></td>\
    <td class="n">\(f1.fixed(3))</td><td class="n">\(images)</td></tr>

    """
  }

  /// The matrix with its counts.
  private static func table(_ score: ReportedScore) -> HTML {
    let heads = score.classNames.map { name -> HTML in
      "<th class=\"down\"><span>\(name)</span></th>"
    }
    let rows = zip(score.classNames, score.confusionMatrix).map { name, counts -> HTML in
      let total = max(counts.reduce(0, +), 1)
      let cells = zip(score.classNames, counts).map { other, count -> HTML in
        let share = Double(count) / Double(total)
        let ink: HTML = share > 0.55 ? " class=\"hot\"" : ""
        return """
          <td\(ink) style="background:rgba(var(--heat),\(share.fixed(3)))" \
          title="\(name) taken for \(other)">\(count)</td>
          """
      }
      return "<tr><th>\(name)</th>\(cells)</tr>\n"
    }
    return """
      <div class="scroll"><table class="heat"><thead><tr><th></th>\(heads)</tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  /// The matrix of many classes as an image, a square for each count.
  private static func thumbnail(_ counts: [[Int]], names: [String]) throws -> HTML {
    let side = counts.count
    let scale = max(1, 640 / side)
    var pixels = Array(repeating: UInt8(255), count: 3 * side * scale * side * scale)
    for (row, values) in counts.enumerated() {
      let total = Double(max(values.reduce(0, +), 1))
      for (column, count) in values.enumerated() where count > 0 {
        // The square root lets single mistakes be seen among thousands of classes.
        let strength = (Double(count) / total).squareRoot()
        let color = [11.0, 92, 173].map { UInt8(255 - strength * (255 - $0)) }
        for y in (row * scale)..<((row + 1) * scale) {
          for x in (column * scale)..<((column + 1) * scale) {
            let start = 3 * (y * side * scale + x)
            pixels.replaceSubrange(start..<(start + 3), with: color)
          }
        }
      }
    }
    let image = RGBImage(width: side * scale, height: side * scale, pixels: pixels)
    return """
      <img class="heat" src="\(try image.dataURL())" width="\(side * scale)" \
      height="\(side * scale)" alt="Confusion matrix of \(side) classes"/>
      <p class="note">\(side) classes in the order of their labels, from \
      \(names.first ?? "") to \(names.last ?? "").</p>
      """
  }

  /// Two classes of which images of the one are taken for the other.
  struct Pair: Equatable {
    let truth: String
    let prediction: String
    let count: Int
    /// Of the true class's images.
    let share: Double
  }

  /// Returns all pairs that were mistaken, the most frequent first.
  static func mistakes(of score: ReportedScore) -> [Pair] {
    var pairs: [Pair] = []
    for (truth, counts) in score.confusionMatrix.enumerated() {
      let total = Double(max(counts.reduce(0, +), 1))
      for (prediction, count) in counts.enumerated() where truth != prediction && count > 0 {
        pairs.append(
          Pair(
            truth: score.classNames[truth], prediction: score.classNames[prediction],
            count: count, share: Double(count) / total))
      }
    }
    // A stable order among equals: that of the labels.
    return pairs.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }.map(\.element)
  }
}
