import Testing

@testable import RelicNN

@Suite struct RandomResizedCropTests {
  // Mean shares of 6,000 rectangles torchvision drew; large ones that leave the image are lost.
  @Test(arguments: [(32, 32, 0.501), (500, 375, 0.445), (96, 96, 0.487)])
  func `rectangles lie inside and have torchvision's shares and aspects`(
    _ width: Int, _ height: Int, _ expected: Double
  ) {
    let crop = RandomResizedCrop(scale: 0.1...1)
    var random = Philox(seed: 1, purpose: .augmentation)
    var shares: [Double] = []
    for _ in 0..<4000 {
      let part = crop.rectangle(width: width, height: height, using: &random)
      #expect(part.x >= 0 && part.x + part.width <= width)
      #expect(part.y >= 0 && part.y + part.height <= height)
      let share = Double(part.width * part.height) / Double(width * height)
      #expect(share > 0.08 && share <= 1)
      let aspect = Double(part.width) / Double(part.height)
      // Rounding to whole pixels moves the aspect of a 10-pixel crop by up to a tenth.
      #expect(aspect > 0.75 * 0.9 && aspect < 4 / 3.0 * 1.1)
      shares.append(share)
    }
    // Five standard errors of the difference of the two means.
    let mean = shares.reduce(0, +) / 4000
    #expect(abs(mean - expected) < 0.026, "mean share \(mean)")
  }

  @Test func `an image too narrow for any attempt gives the central part`() {
    #expect(
      RandomResizedCrop.central(width: 10, height: 100)
        == CropRectangle(x: 0, y: 43, width: 10, height: 13))
    #expect(
      RandomResizedCrop.central(width: 100, height: 10)
        == CropRectangle(x: 43, y: 0, width: 13, height: 10))
    #expect(
      RandomResizedCrop.central(width: 30, height: 30)
        == CropRectangle(x: 0, y: 0, width: 30, height: 30))
    var random = Philox(seed: 2, purpose: .augmentation)
    let part = RandomResizedCrop(scale: 0.9...1)
      .rectangle(width: 4, height: 400, using: &random)
    #expect(part == CropRectangle(x: 0, y: 197, width: 4, height: 5))
  }
}
