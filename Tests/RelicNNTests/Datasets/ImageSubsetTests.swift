import Testing

@testable import RelicNN

@Suite struct ImageSubsetTests {
  private let shapes: Shapes

  init() throws { shapes = try Shapes(split: .train, count: 400) }

  @Test func `every image is held out or left, in order and without change`() throws {
    let (rest, heldOut) = shapes.holdingOut(100)
    #expect(heldOut.count == 100 && rest.count == shapes.count - 100)
    func places(_ part: ImageSubset) throws -> [Int] {
      let images = try (0..<part.count).map { try part.image(at: $0) }
      var next = 0
      return images.enumerated().map { index, image in
        while shapes.image(at: next) != image { next += 1 }
        #expect(part.label(at: index) == shapes.label(at: next))
        next += 1
        return next - 1
      }
    }
    let (left, held) = try (places(rest), places(heldOut))
    #expect(Set(left).isDisjoint(with: held))
    #expect(left.count + held.count == shapes.count)
  }

  @Test func `those held out are drawn from all, and always the same`() {
    let once = shapes.holdingOut(100).heldOut.fingerprint
    #expect(once == shapes.holdingOut(100).heldOut.fingerprint)
    #expect(once != shapes.fingerprint)
    // A class lost to all 100 draws of many classes would show an order, not a draw.
    let labels = Set((0..<100).compactMap { shapes.holdingOut(100).heldOut.label(at: $0) })
    #expect(labels.count == shapes.classNames?.count)
  }

  @Test func `none held out leaves all`() {
    let (rest, heldOut) = shapes.holdingOut(0)
    #expect(rest.count == shapes.count && heldOut.count == 0)
  }
}
