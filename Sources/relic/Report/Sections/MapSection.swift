internal import LinearProbe
internal import RelicNN

/// Images as points of a plane: near each other where their features are.
enum MapSection {
  /// What is drawn.
  struct Content {
    /// Rows of the features that are shown.
    let rows: [Int]
    /// All rows there are.
    let total: Int
    /// The class of each point by its place among `classNames`, 0 where there are no labels.
    let classes: [Int]
    /// The names of the classes, or none.
    let classNames: [String]
    /// Where points lie by their neighbours, `[points, 2]`.
    let neighbors: Matrix
    /// Where they lie along the first two principal components.
    let components: Matrix
    /// The shares of the variance that lie along these.
    let variances: [Double]
    /// What the images are: `test`, `train` or `held-out`.
    let images: String
  }

  /// The most classes whose names a legend has room for.
  private static let namedClasses = 60

  /// Returns both maps and what the script knows of their points.
  ///
  /// - Parameters:
  ///   - content: What is drawn.
  ///   - thumbnails: The number of each point's thumbnail in `sheet`, `nil` for none.
  ///   - sheet: Thumbnails.
  ///   - texts: What else is told of each point, or nothing.
  ///   - place: Where the section stands.
  /// - Returns: The section, and a map's data for each of its drawings.
  static func section(
    _ content: Content, thumbnails: [Int?], sheet: ThumbnailSheet, texts: [String],
    _ place: PagePlace
  ) -> (ReportPage.Section, [MapData]) {
    let near = Drawing(id: place.id("map-neighbors"), places: content.neighbors, content: content)
    let wide = Drawing(id: place.id("map-components"), places: content.components, content: content)
    let shares = content.variances.map { (100 * $0).fixed(1) + "\u{a0}%" }.joined(
      separator: " and ")
    let sampled =
      content.rows.count < content.total
      ? "\(content.rows.count) of \(content.total) \(content.images) images, drawn at random"
      : "All \(content.total) \(content.images) images"
    let body: HTML = """
      <p class="note">\(sampled), by the features of the frozen encoder. Point at one to see it.\
      \(content.classNames.isEmpty ? "" : " Choose classes to see them alone.")</p>
      \(legend(content, for: [near.id, wide.id]))
      <div class="maps">
      <figure><b>By neighbours (t-SNE)</b>\(near.svg)\
      <figcaption>Images that are near each other here are so among all features; how far groups \
      lie apart and how wide they are says little.</figcaption></figure>
      <figure><b>By principal components</b>\(wide.svg)\
      <figcaption>The plane along which features vary most: \(shares) of their \
      variance.</figcaption></figure>
      </div>
      """
    let data = [near, wide].map { drawing in
      MapData(
        id: drawing.id, x: drawing.x, y: drawing.y, classes: content.classes,
        classNames: content.classNames, thumbnails: thumbnails, texts: texts, sheet: sheet.data)
    }
    return (place.section("map", "Map of the images", body: body), data)
  }

  private static func legend(_ content: Content, for ids: [String]) -> HTML {
    guard !content.classNames.isEmpty else { return "" }
    let items = content.classNames.prefix(namedClasses).enumerated().map { index, name -> HTML in
      """
      <li><button type="button" class="pick" aria-pressed="false" data-class="\(index)" \
      data-maps="\(ids.joined(separator: " "))">\
      <svg class="key" viewBox="0 0 26 14" aria-hidden="true">\(mark(index, at: [(13, 7)]))</svg>\
      \(name)</button></li>

      """
    }
    let rest = content.classNames.count - items.count
    let note = rest > 0 ? "<li>and \(rest) more</li>" as HTML : ""
    return "<ul class=\"legend\">\(items)\(note)</ul>"
  }

  /// Returns the marks of a class: ten colours, and after every ten classes another shape.
  private static func mark(_ index: Int, at places: [(Int, Int)]) -> HTML {
    let (start, end) =
      [
        ("m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", ""), ("m-4.5-4.5h9v9h-9z", ""),
        ("m0-6l6 10.5h-12z", ""),
      ][index / 10 % 3]
    let path = places.map { "M\($0.0) \($0.1)" + start + end }.joined()
    return "<path class=\"points k\(index % 10)\" data-class=\"\(index)\" d=\"\(path)\"/>"
  }

  /// Points in the square that a map is.
  private struct Drawing {
    let id: String
    let x: [Int]
    let y: [Int]
    let svg: HTML

    private static let side = 700

    init(id: String, places: Matrix, content: Content) {
      self.id = id
      let columns = (0..<places.rows).map { places[$0, 0] }
      // Upwards, as in every other figure.
      let rows = (0..<places.rows).map { -places[$0, 1] }
      let span = max(Self.span(columns), Self.span(rows), .leastNormalMagnitude)
      let (across, up) = (Self.scaled(columns, by: span), Self.scaled(rows, by: span))
      let marks = (0..<max(content.classNames.count, 1)).map { index -> HTML in
        let own = content.classes.indices.filter { content.classes[$0] == index }
        return own.isEmpty ? "" : MapSection.mark(index, at: own.map { (across[$0], up[$0]) })
      }
      x = across
      y = up
      svg = """
        <svg class="map" id="\(id)" viewBox="0 0 \(Self.side) \(Self.side)" role="img" \
        aria-label="Map of \(content.rows.count) images">\(marks)</svg>
        """
    }

    private static func span(_ values: [Double]) -> Double {
      (values.max() ?? 0) - (values.min() ?? 0)
    }

    /// Puts values around the middle, at the scale of both axes.
    private static func scaled(_ values: [Double], by span: Double) -> [Int] {
      let middle = ((values.max() ?? 0) + (values.min() ?? 0)) / 2
      return values.map { side / 2 + Int((($0 - middle) / span * Double(side - 24)).rounded()) }
    }
  }
}

/// What the page's script knows of a map.
struct MapData: Encodable {
  let id: String
  let x: [Int]
  let y: [Int]
  let classes: [Int]
  let classNames: [String]
  let thumbnails: [Int?]
  let texts: [String]
  let sheet: SheetData
}
