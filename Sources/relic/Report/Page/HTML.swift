/// A piece of a page: its literals are markup, and what is put into them is text and escaped.
///
/// Names of classes, files and folders come from whoever made the images. Only a value of this type
/// goes into another one as it is, so that none of them can become markup.
struct HTML: Equatable, Sendable, ExpressibleByStringInterpolation {
  /// The markup.
  private(set) var markup: String

  init(stringLiteral literal: String) { markup = literal }

  init(stringInterpolation parts: Interpolation) { markup = parts.markup }

  /// A text that is shown as it is.
  init(text: String) { markup = text.escapedForHTML }

  /// Markup of the program's own.
  private init(markup: String) { self.markup = markup }

  /// A value as JSON that a script of the page reads.
  init(json value: some Encodable) { markup = ScriptJSON.text(of: value) }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { markup += literal }

    mutating func appendInterpolation(_ text: String) { markup += text.escapedForHTML }

    mutating func appendInterpolation(_ number: Int) { markup += String(number) }

    mutating func appendInterpolation(_ html: HTML) { markup += html.markup }

    mutating func appendInterpolation(_ parts: [HTML]) {
      for part in parts { markup += part.markup }
    }
  }

  typealias StringInterpolation = Interpolation

  static func += (html: inout HTML, more: HTML) { html.markup += more.markup }

  static func + (left: HTML, right: HTML) -> HTML { HTML(markup: left.markup + right.markup) }

  /// Nothing.
  static let none: HTML = ""
}

extension [HTML] {
  /// The parts one after the other.
  func joined(separator: HTML = .none) -> HTML {
    var whole = HTML.none
    for (index, part) in enumerated() {
      if index > 0 { whole += separator }
      whole += part
    }
    return whole
  }
}

extension String {
  /// The text as HTML shows it, in an element or between quotes in a tag; control characters as
  /// `\xNN`.
  var escapedForHTML: String {
    let special: Set<UInt8> = [0x22, 0x26, 0x27, 0x3c, 0x3e]
    let shown = printable
    guard shown.utf8.contains(where: special.contains) else { return shown }
    return shown.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
