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

  @Test(arguments: [false, true])
  func `what is drawn reaches from one end to the other`(_ isLocal: Bool) throws {
    var random = Philox(seed: 8, purpose: .augmentation)
    let recipes = (0..<10_000).map { _ in
      ViewRecipe(
        width: 1000, height: 1000, isLocal: isLocal, strength: ViewStrength(), using: &random)
    }
    let jitters = recipes.compactMap(\.jitter)
    let drawn: [(name: String, values: [Float], ends: ClosedRange<Float>)] = [
      ("brightness", jitters.map(\.brightness), 0.2...1.8),
      ("contrast", jitters.map(\.contrast), 0.2...1.8),
      ("saturation", jitters.map(\.saturation), 0.2...1.8),
      ("hue", jitters.map(\.hue), -0.2...0.2), ("sigma", recipes.compactMap(\.sigma), 0.1...2),
    ]
    for (name, values, ends) in drawn {
      let (least, most) = (try #require(values.min()), try #require(values.max()))
      // Of 8,000 numbers, one in the last hundredth at each end is missing once in 10^34 times.
      let margin = (ends.upperBound - ends.lowerBound) / 100
      #expect(ends.contains(least) && ends.contains(most), "\(name): \(least) to \(most)")
      #expect(least <= ends.lowerBound + margin, "\(name) from \(least)")
      #expect(most >= ends.upperBound - margin, "\(name) to \(most)")
    }
    let shares = recipes.map { Double($0.crop.width * $0.crop.height) / 1e6 }
    let (least, most) = (try #require(shares.min()), try #require(shares.max()))
    // Sides are whole pixels: of 194 and 258, or 224 each, half a pixel is half a percent of the area.
    let end = isLocal ? 0.05 : 0.1
    #expect(least >= 0.995 * end && least <= end + 0.002, "shares from \(least)")
    // The larger a crop the fewer aspects fit: of these, one in 200 is above 0.95.
    #expect(most > 0.95 && most <= 1, "shares to \(most)")
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
