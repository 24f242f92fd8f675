import Foundation
import FoundationXML

/// What an XML parser, which forgives nothing, reads of a page.
final class ParsedPage: NSObject, XMLParserDelegate {
  /// The names of all elements, in their order.
  private(set) var elements: [String] = []
  /// The values of each attribute.
  private(set) var attributes: [String: [String]] = [:]
  private(set) var text = ""

  /// Parses a document; scripts and styles are taken out first, for they are no XML.
  init(_ document: String) throws {
    super.init()
    var document = document.replacing("<!DOCTYPE html>", with: "")
    for name in ["script", "style"] {
      // As a browser does: an element ends at the first such end tag.
      document.replace(try Regex("(?s)(<\(name)[^>]*>).*?</\(name)>")) { match in
        "\(match.output[1].substring ?? "")</\(name)>"
      }
    }
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    if !parser.parse() {
      throw Malformed(line: parser.lineNumber, reason: "\(parser.parserError, default: "?")")
    }
  }

  struct Malformed: Error {
    let line: Int
    let reason: String
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(name)
    for (name, value) in attributes { self.attributes[name, default: []].append(value) }
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}
