import Testing

@testable import RelicNN

@Suite struct FittedImageTests {
  @Test(arguments: [
    (200, 100, 96, 96, 48), (100, 200, 96, 48, 96), (1000, 3, 96, 96, 1), (96, 96, 96, 96, 96),
    (50, 20, 96, 50, 20), (32, 32, 96, 96, 96), (30, 10, 96, 90, 30), (97, 97, 96, 96, 96),
  ])
  func `an image keeps the ratio of its sides`(
    width: Int, height: Int, side: Int, expectedWidth: Int, expectedHeight: Int
  ) {
    let image = RGBImage(
      width: width, height: height, pixels: Array(repeating: 7, count: 3 * width * height))
    let fitted = image.fitted(in: side)
    #expect((fitted.width, fitted.height) == (expectedWidth, expectedHeight))
    #expect(fitted.pixels.allSatisfy { $0 == 7 })
  }

  @Test func `a small image is enlarged by whole pixels`() {
    let image = RGBImage(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
    let row: [UInt8] = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]
    #expect(image.fitted(in: 5) == RGBImage(width: 4, height: 2, pixels: row + row))
  }

  @Test func `a large image is resized as a frozen encoder sees it, where it is square`() {
    let pixels = (0..<(3 * 20 * 20)).map { UInt8($0 * 7 % 251) }
    let image = RGBImage(width: 20, height: 20, pixels: pixels)
    let seen = EvaluationTransform(size: 9)(image).scalars.map { UInt8((255 * $0).rounded()) }
    #expect(image.fitted(in: 9).pixels == seen)
  }
}
