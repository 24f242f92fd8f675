import Testing

@testable import RelicNN

@Suite struct ViewRecipeTests {
  @Test(arguments: [false, true])
  func `steps are taken as often as the reference takes them`(_ isLocal: Bool) {
    var random = Philox(seed: 5, purpose: .augmentation)
    let recipes = (0..<10_000).map { _ in
      ViewRecipe(width: 32, height: 32, isLocal: isLocal, using: &random)
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
    #expect(recipes.allSatisfy { $0.sigma >= 0.1 && $0.sigma < 2 })
    let jitters = recipes.compactMap(\.jitter)
    #expect(jitters.allSatisfy { abs($0.hue) <= 0.2 && abs($0.contrast - 1) <= 0.8 })
    let hueFirst = jitters.count { $0.order.first == .hue }
    #expect(abs(Double(hueFirst) / Double(jitters.count) - 0.25) < 0.02)
  }
}
