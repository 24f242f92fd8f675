import Foundation
import Testing

@testable import relic

@Suite struct PageEscapingTests {
  static let hostile = [
    "<script>alert(1)</script>", "</script><script>", "\" onload=\"x", "' onclick='x", "a&b;",
    "line\nbreak\r\u{0}", "</style>", "<!--", "]]>", "\\u003c", "Ω <é> 🦊", "\u{2028}\u{2029}",
    // Scalars that join the one after them in a Character.
    "\u{600}</script\u{600}>\u{600}<script\u{600}>\u{600}&\u{600}\u{2028}\u{600}\"",
  ]

  @Test(arguments: hostile)
  func `text in a page is read back as it was and opens no tag`(_ text: String) throws {
    let html: HTML = "<p title=\"\(text)\">\(text)</p>"
    #expect(html.markup.utf8.count { $0 == UInt8(ascii: "<") } == 2)
    let read = try ParsedPage(html.markup)
    #expect(read.elements == ["p"])
    #expect(read.text == text.printable)
    #expect(read.attributes["title"] == [text.printable])
  }

  @Test(arguments: hostile)
  func `a script's JSON is read back as it was and ends no script`(_ text: String) throws {
    let json = ScriptJSON.text(of: [text: text])
    for scalar in "<>&\u{2028}\u{2029}".unicodeScalars {
      #expect(!json.unicodeScalars.contains(scalar))
    }
    let read = try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
    #expect(read == [text: text])
  }

  @Test func `only markup goes into a page as it is`() {
    let inner: HTML = "<b>\("<i>")</b>"
    let outer: HTML = "<p>\(inner)\([inner, inner])\(7)</p>"
    let bold = "<b>&lt;i&gt;</b>"
    #expect(outer.markup == "<p>\(bold)\(bold)\(bold)7</p>")
  }

  @Test func `numbers that are not finite are null to a script`() {
    #expect(ScriptJSON.text(of: [1.5, nil] as [Double?]) == "[1.5,null]")
  }
}
