import Testing

@testable import RelicNN
@testable import relic

@Suite struct FiguresTests {
  /// The columns and rows of an image that are not white.
  private static func ink(_ number: String) throws -> (x: [Int], y: [Int], pixels: [UInt8]) {
    var drawing = PNGImage(width: 100, height: 20, grey: 255)
    drawing.draw(
      number: number, x: 10, y: 3, within: 80, PNGImage.Color(red: 1, green: 2, blue: 3))
    let image = try ImageFile.decode(drawing.encoded())
    let places = (0..<2000).filter { image.pixels[3 * $0] != 255 }
    for place in places { #expect(image.pixels[3 * place + 2] == 3) }
    return (places.map { $0 % 100 }, places.map { $0 / 100 }, image.pixels)
  }

  @Test func `a number stands in the middle, and figures differ`() throws {
    var drawn: Set<[UInt8]> = []
    for figure in "0123456789-." { drawn.insert(try Self.ink(String(figure)).pixels) }
    #expect(drawn.count == 12)
    let number = try Self.ink("0.93")
    // Four figures of 5 points and 3 gaps of 1, 2 pixels each: 46 of 80.
    #expect(number.x.min() == 27 && number.x.max() == 27 + 45)
    #expect(number.y.min() == 3 && number.y.max() == 3 + PNGImage.figureHeight - 1)
    #expect(try Self.ink("").x.isEmpty)
  }
}
