import Foundation
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct NPYArrayTests {
  static let counting = Array(0..<12)

  @Test(arguments: ["f2", "f4"])
  func `narrow floats are read as single precision`(kind: String) throws {
    let array = try NPYArray(contentsOf: Fixture.path("c_\(kind).npy"))
    #expect(array == NPYArray(shape: [3, 4], elements: .float32(Self.counting.map(Float.init))))
  }

  @Test(arguments: ["c_f8.npy", "version2.npy", "version3.npy"])
  func `doubles are read from each version`(name: String) throws {
    let array = try NPYArray(contentsOf: Fixture.path(name))
    #expect(array == NPYArray(shape: [3, 4], elements: .float64(Self.counting.map(Double.init))))
  }

  @Test(arguments: ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
  func `integers are read at any width`(kind: String) throws {
    let array = try NPYArray(contentsOf: Fixture.path("c_\(kind).npy"))
    #expect(array == NPYArray(shape: [3, 4], elements: .integer(Self.counting)))
  }

  static let bytes = ["u1", "<u1", "=u1", ">u1", "|u1", "uint8"]
  static let booleans = ["?", "b1", "|b1", "bool"]
  static let integers = ["i8", "=i8", "<i8", "int64"]
  static let singles = ["f4", "=f4", "<f4", "|f4", "float32"]

  @Test(
    arguments: bytes.map { ($0, [7, 0], .integer([7, 0])) }
      + booleans.map { ($0, [1, 0], .integer([1, 0])) }
      + integers.map {
        (
          $0, [5, 0, 0, 0, 0, 0, 0, 0] + [1, 1] + [0, 0, 0, 0, 0, 0],
          .integer([5, 257])
        )
      }
      + singles.map { ($0, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], .float32([1, -2])) }
      as [(String, [UInt8], NPYArray.Elements)])
  func `a type is read under every name that NumPy reads`(
    descr: String, bytes: [UInt8], elements: NPYArray.Elements
  ) throws {
    try Fixture.withFolder { folder in
      let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (2,), }\n"
      let path = try Self.write(header: text, bytes, in: folder)
      #expect(try NPYArray(contentsOf: path) == NPYArray(shape: [2], elements: elements))
    }
  }

  @Test(arguments: [("<U3", "unique"), ("|S4", "unique"), (">i4", "astype('<i4')"), ("<<f4", "f4")])
  func `a type that is not read comes with what to do`(descr: String, remedy: String) throws {
    try Fixture.withFolder { folder in
      let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (2,), }\n"
      let path = try Self.write(header: text, Array(repeating: 0, count: 24), in: folder)
      let error = #expect(throws: NPYError.unsupportedType(path: path, type: descr)) {
        try NPYArray(contentsOf: path)
      }
      #expect(error?.description.contains(remedy) == true)
    }
  }

  /// Writes a file of version 1.0 and returns its path.
  static func write(header: String, _ elements: [UInt8], in folder: String) throws -> String {
    let length = [UInt8(header.utf8.count & 0xff), UInt8(header.utf8.count >> 8)]
    let path = "\(folder)/x.npy"
    let bytes = NPYHeader.magic + [1, 0] + length + Array(header.utf8) + elements
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `Fortran order becomes C order`() throws {
    let matrix = try NPYArray(contentsOf: Fixture.path("fortran.npy"))
    #expect(matrix == NPYArray(shape: [3, 4], elements: .float32(Self.counting.map(Float.init))))
    let cube = try NPYArray(contentsOf: Fixture.path("fortran3.npy"))
    #expect(cube == NPYArray(shape: [2, 3, 4], elements: .integer(Array(0..<24))))
  }

  @Test func `what NumPy wrote is written again to the byte`() throws {
    try Fixture.withFolder { folder in
      for name in ["c_f4.npy", "c_f8.npy", "c_i8.npy"] {
        try NPYArray(contentsOf: Fixture.path(name)).write(to: "\(folder)/\(name)")
        let written = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        let original = try Data(contentsOf: URL(fileURLWithPath: Fixture.path(name)))
        #expect(written == original, "\(name)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
    }
  }

  @Test(arguments: [
    ("big_endian.npy", ">f4"), ("objects.npy", "|O"), ("records.npy", "record"),
  ])
  func `other element types are refused by name`(name: String, type: String) {
    let path = Fixture.path(name)
    #expect(throws: NPYError.unsupportedType(path: path, type: type)) {
      try NPYArray(contentsOf: path)
    }
  }

  @Test func `a label beyond 63 bits is refused`() {
    let path = Fixture.path("huge_label.npy")
    #expect(throws: NPYError.integerTooLarge(path: path, value: 1 << 63)) {
      try NPYArray(contentsOf: path)
    }
  }

  @Test func `missing files and folders are refused`() {
    #expect(throws: NPYError.file(.cannotRead(path: "/none", reason: "No such file or directory")))
    {
      try NPYArray(contentsOf: "/none")
    }
    #expect(throws: NPYError.file(.notAFile(path: "/tmp"))) {
      try NPYArray(contentsOf: "/tmp")
    }
  }

  @Test func `a pipe is refused, not waited for`() throws {
    try Fixture.withFolder { folder in
      let path = "\(folder)/pipe.npy"
      #expect(unsafe mkfifo(path, 0o600) == 0)
      let result = resultInTime {
        Result { () throws(NPYError) in try NPYArray(contentsOf: path) }
      }
      #expect(result == .failure(.file(.notAFile(path: path))))
    }
  }

  static let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n"

  @Test(arguments: [
    header.replacing("3, 4", with: "3, 400000000000"),
    header.replacing("3, 4", with: "3, 5"),
    header.replacing("3, 4", with: "3, 3"),
    header.replacing("3, 4", with: "9223372036854775807, 9223372036854775807"),
    header.replacing("3, 4", with: "99999999999999999999, 4"),
    header.replacing("3, 4", with: "-3, -4"),
    header.replacing("3, 4", with: "3, 4("),
    header.replacing("(3, 4)", with: "12"),
    header.replacing("'<f4'", with: "'<f4"),
    header.replacing("'<f4'", with: "'<c8'"),
    header.replacing("False", with: "__import__('os')"),
    header.replacing("'shape'", with: "'descr'"),
    header.replacing("'shape'", with: "'size'"),
    header.replacing(", }", with: ", } 1"),
    header.replacing("}", with: ""),
    "", "[1]", "{'descr': [('a', '<f4'",
  ])
  func `a header that lies or is broken is refused`(text: String) throws {
    try Fixture.withFolder { folder in
      let path = try Self.write(header: text, Array(repeating: 0, count: 48), in: folder)
      #expect(throws: NPYError.self) { try NPYArray(contentsOf: path) }
    }
  }

  @Test func `every truncation and every flipped header byte is survived`() throws {
    let original = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("c_f4.npy")))
    try Fixture.withFolder { folder in
      let path = "\(folder)/x.npy"
      for length in 0..<original.count {
        try original.prefix(length).write(to: URL(fileURLWithPath: path))
        #expect(throws: NPYError.self, "\(length) bytes") { try NPYArray(contentsOf: path) }
      }
      for index in 0..<128 {
        for bit in [UInt8(1), 0x10, 0x80] {
          var broken = original
          broken[index] ^= bit
          try broken.write(to: URL(fileURLWithPath: path))
          // Spaces may change; whatever is still read has the size of the file.
          guard let array = try? NPYArray(contentsOf: path) else { continue }
          #expect([12, 24].contains(array.shape.reduce(1, *)), "byte \(index)")
        }
      }
    }
  }
}
