import Testing

@testable import RelicNN

@Suite struct ImageFormatTests {
  @Test(arguments: [
    ("RIFF\u{24}\0\0\0WEBPVP8 ", "it is WebP, and only JPEG and PNG are read"),
    ("GIF89a\u{1}\0\u{1}\0\0\0", "it is GIF, and only JPEG and PNG are read"),
    ("BM\u{46}\0\0\0\0\0\0\0\0\0", "it is BMP, and only JPEG and PNG are read"),
    ("II*\0\u{8}\0\0\0", "it is TIFF, and only JPEG and PNG are read"),
    ("MM\0*\0\0\0\u{8}", "it is TIFF, and only JPEG and PNG are read"),
    ("\0\0\0\u{18}ftypheic\0\0", "it is HEIF, and only JPEG and PNG are read"),
    ("\0\0\0\u{1c}ftypavif\0\0", "it is AVIF, and only JPEG and PNG are read"),
    ("<!DOCTYPE html>", "it is neither a JPEG nor a PNG file"),
    ("RIFF\u{24}\0\0\0WAVEfmt ", "it is neither a JPEG nor a PNG file"),
    ("", "it is neither a JPEG nor a PNG file"),
  ])
  func `another format is named by its first bytes`(_ bytes: String, _ reason: String) {
    let error = #expect(throws: ImageError.self) { try ImageFile.decode(Array(bytes.utf8)) }
    #expect(error?.description == reason)
  }
}
