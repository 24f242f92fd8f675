/// Thumbnails beside those that the encoder finds most alike.
enum NeighborsSection {
  /// A thumbnail of a sheet and what it shows.
  struct Thumbnail {
    /// Its number in the sheet.
    let index: Int
    let label: String
    var isOfOtherClass = false
    var note = ""
  }

  /// An image and its neighbours, the nearest first.
  struct Row {
    let query: Thumbnail
    let neighbors: [Thumbnail]
  }

  /// Returns rows of images that were classified right and wrong; all are right without labels.
  static func section(
    right: [Row], wrong: [Row], isLabelled: Bool, among count: Int, sheet: ThumbnailSheet,
    _ place: PagePlace
  ) -> ReportPage.Section {
    var body: HTML = """
      <p class="note">The first image of a row, and those of \(count) training images whose \
      features are most alike it (cosine).\
      \(isLabelled ? " A dashed frame is around those of another class." : "")</p>
      """
    if isLabelled, !right.isEmpty { body += "<h3>Classified right</h3>" }
    body += list(right, sheet)
    if !wrong.isEmpty { body += "<h3>Classified wrong</h3>" }
    body += list(wrong, sheet)
    return place.section("neighbors", "Nearest neighbours", body: body)
  }

  private static func list(_ rows: [Row], _ sheet: ThumbnailSheet) -> HTML {
    let lines = rows.map { row -> HTML in
      """
      <div class="row">\(figure(row.query, sheet, isQuery: true))\
      \(row.neighbors.map { figure($0, sheet, isQuery: false) })</div>

      """
    }
    return lines.joined()
  }

  private static func figure(
    _ thumbnail: Thumbnail, _ sheet: ThumbnailSheet, isQuery: Bool
  ) -> HTML {
    let kind = isQuery ? "query" : thumbnail.isOfOtherClass ? "other" : "same"
    return """
      <figure class="\(kind)">\(sheet.element(thumbnail.index, label: thumbnail.label))\
      <figcaption>\(thumbnail.label)\
      \(thumbnail.note.isEmpty ? "" : "<br/>" as HTML)\(thumbnail.note)</figcaption></figure>
      """
  }

  /// Returns the mistakes that a classifier was surest of.
  static func mistakes(
    _ thumbnails: [Thumbnail], model: String, sheet: ThumbnailSheet, _ place: PagePlace
  ) -> ReportPage.Section {
    place.section(
      "mistakes", "Most confident mistakes",
      body: """
        <p class="note">Images whose wrong class \(model) gives the highest probability. Labels \
        that are wrong themselves show here first.</p>
        <div class="row wrap">\(thumbnails.map { figure($0, sheet, isQuery: false) })</div>
        """)
  }

  /// Returns images beside views of them.
  static func views(
    _ rows: [Row], sheet: ThumbnailSheet, _ place: PagePlace
  ) -> ReportPage.Section {
    place.section(
      "views", "Augmented views",
      body: """
        <p class="note">The first image of a row is an image, the others are views of it that the \
        first epochs train on: views of one image are to have features alike.</p>
        \(list(rows, sheet))
        """)
  }
}
