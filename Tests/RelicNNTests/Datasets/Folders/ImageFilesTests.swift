import TestSupport
import Testing

@testable import RelicNN

@Suite struct ImageFilesTests {
  @Test func `files that are named one by one are read, and a broken one is named`() throws {
    let (whole, empty) = (Fixtures.path("images/rgb.png"), Fixtures.path("images/empty.png"))
    let files = ImageFiles([whole, empty, "missing.png"])
    #expect(files.count == 3 && files.label(at: 0) == nil)
    #expect(files.fileName(at: 0) == whole)
    #expect(try files.image(at: 0) == ImageFile.read(whole))
    #expect(throws: DatasetError.self) { try files.image(at: 1) }
    let error = #expect(throws: DatasetError.self) { try files.image(at: 2) }
    #expect("\(try #require(error))".hasPrefix("./missing.png: "))
    let photo = Fixtures.path("images/large.jpg")
    for (decoding, isWhole) in [(ImageDecoding.full, true), (.reduced, false)] {
      let file = ImageFiles([photo], decoding: decoding)
      let read = try file.reducedImage(at: 0) { _, _ in .half }
      #expect((read.image == (try file.image(at: 0))) == isWhole)
    }
    let small = ImageFiles([whole], pixelLimit: 3)
    let large = #expect(throws: DatasetError.self) { try small.image(at: 0) }
    #expect("\(try #require(large))".contains("more than 3"))
  }
}
