import Testing

@testable import RelicNN

@Suite struct ShapesTests {
  @Test func `equal seeds draw equal images and other seeds or splits do not`() throws {
    let image = try Shapes(split: .train, seed: 7).image(at: 11)
    #expect(try Shapes(split: .train, seed: 7).image(at: 11) == image)
    #expect(try Shapes(split: .train, seed: 8).image(at: 11) != image)
    #expect(try Shapes(split: .test, seed: 7).image(at: 11) != image)
    #expect(try Shapes(split: .train, seed: 7).image(at: 21) != image)
  }

  @Test func `classes take turns and have names`() throws {
    let set = try Shapes(split: .train, count: 30)
    #expect((0..<30).map { set.label(at: $0) } == (0..<30).map { $0 % 10 })
    #expect(set.classNames?.count == 10)
  }

  // A class must not be told by its mean colour: 200 images a class put the standard error of a
  // class mean at about 0.012.
  @Test func `brightness says nothing of the class`() throws {
    let set = try Shapes(split: .train, count: 2000)
    var sums = [Double](repeating: 0, count: 10)
    for index in 0..<set.count {
      let pixels = set.image(at: index).pixels
      sums[index % 10] += pixels.reduce(0) { $0 + Double($1) } / Double(255 * pixels.count) / 200
    }
    let mean = sums.reduce(0, +) / 10
    for (label, sum) in sums.enumerated() { #expect(abs(sum - mean) < 0.05, "class \(label)") }
  }

  // The images are drawn by formulas: a change of one would silently change every score.
  @Test func `the first image stays what it is`() throws {
    let sum = try Shapes(split: .train).image(at: 0).pixels.reduce(0) { $0 + Int($1) }
    #expect(sum == 210_140)
  }
}
