import Foundation
import TestSupport
import Testing

@testable import LinearProbe
@testable import RelicNN
@testable import relic

@Suite struct ThumbnailSheetTests {
  @Test(arguments: [1, 39, 40, 41, 85])
  func `a thumbnail lies where its element looks`(_ count: Int) throws {
    var sheet = ThumbnailSheet(name: "s", side: 4)
    for index in 0..<count {
      #expect(sheet.add(Array(repeating: UInt8(index), count: 48)) == index)
    }
    let rule = try #require(try sheet.rule()).markup
    let address = try #require(rule.split(separator: "base64,").last?.prefix { $0 != ")" })
    let image = try ImageFile.decode([UInt8](try #require(Data(base64Encoded: String(address)))))
    #expect(
      rule.contains("calc(var(--side)*\(image.width / 4)) calc(var(--side)*\(image.height / 4))"))
    for index in 0..<count {
      let (x, y) = (4 * (index % 40), 4 * (index / 40))
      for (row, column) in [(0, 0), (3, 3)] {
        let start = 3 * ((y + row) * image.width + x + column)
        #expect(image.pixels[start..<(start + 3)].allSatisfy { $0 == UInt8(index) })
      }
      let element = sheet.element(index, label: "<\(index)>").markup
      #expect(element.contains("*-\(index % 40)) calc(var(--side)*-\(index / 40))"))
      #expect(element.contains("aria-label=\"&lt;\(index)&gt;\""))
    }
    #expect(try ThumbnailSheet(name: "t", side: 4).rule() == nil)
  }

  @Test func `a sample of rows is ascending, whole where it can be, and always the same`() {
    #expect(PointSample.rows(of: 5, limit: 9) == [0, 1, 2, 3, 4])
    let rows = PointSample.rows(of: 1000, limit: 100)
    #expect(rows == PointSample.rows(of: 1000, limit: 100))
    #expect(rows == Set(rows).sorted() && rows.count == 100)
    #expect(rows.first.map { $0 < 100 } == true && rows.last.map { $0 >= 900 } == true)
    #expect(PointSample.spread([3, 5, 7], 5) == [3, 5, 7])
    #expect(PointSample.spread(Array(0..<100), 4) == [12, 37, 62, 87])
    #expect(PointSample.spread([], 4) == [])
    // Three of class 0, two of class 1 and many of class 2 in turn.
    let labels = [0, 0, 0, 1, 1] + Array(repeating: 2, count: 40)
    let spread = PointSample.spread(Array(labels.indices), by: labels, 6)
    #expect(spread.map { labels[$0] } == [0, 0, 1, 1, 2, 2])
    #expect(PointSample.spread(Array(labels.indices), by: labels, 2).map { labels[$0] } == [0, 2])
    #expect(PointSample.spread(Array(0..<45), by: nil, 3) == [7, 22, 37])
  }

  @Test func `rows are found by file name, and without names by their place`() throws {
    let folder = try TemporaryFolder()
    try SampleImages.write(folder.path + "/data", count: 4)
    let images = try ImageFolder(folder: folder.path + "/data")
    let features = Features(rows: 3, columns: 1, elements: [1, 2, 3] as [Float])
    let named = LabeledFeatures(
      features: features, labels: nil, files: ["3.png", "x.png", "0.png"])
    let rows = ImageRows(of: named, in: images)
    #expect((0..<3).map(rows.fileName) == ["3.png", nil, "0.png"])
    #expect(rows.image(0) == (try images.image(at: 3)))
    #expect(rows.image(1) == nil)
    #expect(rows.thumbnails([0, 1, 2], side: 8).map { $0?.count } == [192, nil, 192])
    // Three rows of four images without names may be any three.
    let bare = ImageRows(of: LabeledFeatures(features: features, labels: nil), in: images)
    #expect(bare.image(0) == nil)
    let shapes = try Shapes(split: .test, count: 3)
    let whole = ImageRows(of: LabeledFeatures(features: features, labels: nil), in: shapes)
    #expect(whole.image(2) == shapes.image(at: 2))
  }

  @Test func `pairs most often mistaken come first, equal ones in the order of labels`() throws {
    let folder = try TemporaryFolder()
    try SampleRun.write(folder.path, steps: 1)
    let score = try #require(
      try ReportedScore.all(inFileAt: folder.path + "/evaluation.json").first)
    let pairs = ConfusionSection.mistakes(of: score)
    #expect(
      pairs.map { "\($0.truth)-\($0.prediction) \($0.count)" }
        == ["ship-cat 22", "dog-ship 21", "cat-dog 20", "ship-dog 2", "dog-cat 1"])
    #expect(pairs.first?.share == 22.0 / 126)
  }

  @Test(arguments: [3, 20, 21, 130])
  func `a confusion matrix of any number of classes is drawn`(_ count: Int) throws {
    let folder = try TemporaryFolder()
    let names = (0..<count).map { "class \($0)" }
    try SampleRun.write(folder.path + "/run", steps: 1, classNames: names)
    let captured = Captured.run(
      "report", "--no-images", folder.path + "/run", "--output", folder.path + "/r.html")
    #expect(captured.code == .success, "\(captured.error)")
    let page = try ParsedPage(try folder.text("r.html"))
    let cells = page.attributes["title"]?.filter { $0.contains(" taken for ") }.count ?? 0
    #expect(cells == (count <= 20 ? count * count : 0))
    #expect(page.elements.contains("img") == (count > 20))
    #expect(page.text.contains("of \(count) classes that are known least") == (count > 60))
  }
}
