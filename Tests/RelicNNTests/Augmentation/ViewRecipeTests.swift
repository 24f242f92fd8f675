import Testing

@testable import RelicNN

@Suite struct ViewRecipeTests {
  @Test(arguments: [false, true])
  func `steps are taken as often as the reference takes them`(_ isLocal: Bool) {
    var random = Philox(seed: 5, purpose: .augmentation)
    let recipes = (0..<10_000).map { _ in
      ViewRecipe(
        width: 32, height: 32, isLocal: isLocal, strength: ViewStrength(), using: &random)
    }
    func share(_ predicate: (ViewRecipe) -> Bool) -> Double {
      Double(recipes.count(where: predicate)) / 10_000
    }
    // Four standard errors of a share over 10,000 draws are at most 0.02.
    #expect(abs(share(\.isMirrored) - 0.5) < 0.02)
    #expect(abs(share { $0.jitter != nil } - 0.8) < 0.02)
    #expect(abs(share(\.isGray) - 0.2) < 0.02)
    #expect(
      isLocal ? !recipes.contains(where: \.isSolarized) : abs(share(\.isSolarized) - 0.2) < 0.02)
    #expect(recipes.allSatisfy { ($0.sigma ?? 0) >= 0.1 && ($0.sigma ?? 2) < 2 })
    let jitters = recipes.compactMap(\.jitter)
    #expect(jitters.allSatisfy { abs($0.hue) <= 0.2 && abs($0.contrast - 1) <= 0.8 })
    let hueFirst = jitters.count { $0.order.first == .hue }
    #expect(abs(Double(hueFirst) / Double(jitters.count) - 0.25) < 0.02)
  }

  @Test func `the strength decides how far views differ`() {
    var strength = ViewStrength()
    strength.minimumCropScale = 0.5
    strength.maximumCropScale = 0.7
    strength.jitter = 0.5
    strength.grayscaleProbability = 0
    strength.blurProbability = 0.3
    strength.solarizeProbability = 1
    var random = Philox(seed: 6, purpose: .augmentation)
    let recipes = (0..<10_000).map { _ in
      ViewRecipe(width: 100, height: 100, isLocal: false, strength: strength, using: &random)
    }
    let areas = recipes.map { $0.crop.width * $0.crop.height }
    // Sides are whole pixels: an area of 5,000 may lose half a pixel along each.
    #expect(areas.min().map { (4_900...5_200).contains($0) } == true)
    #expect(areas.max().map { (6_800...7_100).contains($0) } == true)
    let jitters = recipes.compactMap(\.jitter)
    for value in [
      jitters.map { abs($0.brightness - 1) / 0.4 }, jitters.map { abs($0.contrast - 1) / 0.4 },
      jitters.map { abs($0.saturation - 1) / 0.4 }, jitters.map { abs($0.hue) / 0.1 },
    ].compactMap({ $0.max() }) {
      #expect(value > 0.99 && value < 1.000_001)
    }
    #expect(!recipes.contains { $0.isGray })
    #expect(recipes.allSatisfy { $0.isSolarized })
    #expect(abs(Double(recipes.count { $0.sigma != nil }) / 10_000 - 0.3) < 0.02)
  }

  @Test func `no strength leaves colours as they are`() {
    var strength = ViewStrength()
    strength.jitter = 0
    var random = Philox(seed: 7, purpose: .augmentation)
    let jitter = ColorJitter(strength: strength.jitter, using: &random)
    #expect(jitter.brightness == 1 && jitter.contrast == 1 && jitter.saturation == 1)
    #expect(jitter.hue == 0)
  }
}
