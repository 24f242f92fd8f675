import Foundation
import Testing

@testable import RelicNN

@Suite struct SafetensorsTests {
  @Test func `a file of the safetensors package is read`() throws {
    let dict = try Safetensors.read(FormatFixture.path("plain.safetensors"))
    #expect(dict.metadata == ["note": "tab\t \"quoted\" \\ \u{e9} \u{1f600}"])
    #expect(dict.names == ["count", "negative", "bias", "scalar", "weight"])
    #expect(dict["bias"] == FormatFixture.floats("bias", [3]))
    #expect(dict["scalar"] == FormatFixture.floats("scalar", []))
    #expect(dict["weight"] == FormatFixture.floats("weight", [2, 3, 1, 5]))
    #expect(dict["count"] == .integers([7], shape: []))
    #expect(dict["negative"] == .integers([-1, 1 << 62], shape: [2]))
  }

  @Test func `every number type is read`() throws {
    let dict = try Safetensors.read(FormatFixture.path("types.safetensors"))
    #expect(dict["f64"] == FormatFixture.floats("f64", [2, 3]))
    #expect(dict["f32"] == FormatFixture.floats("f32", [5]))
    #expect(dict["empty"] == .floats(Tensor([], shape: [0, 4])))
    for name in ["f16", "bf16"] { #expect(dict[name] == FormatFixture.floats(name, [3])) }
    #expect(dict["i64"] == FormatFixture.integers("i64", [2]))
    for name in ["i32", "i16", "i8", "u8"] {
      #expect(dict[name] == FormatFixture.integers(name, [3]), "\(name)")
    }
    #expect(dict["bool"] == FormatFixture.integers("bool", [3], below: 2))
  }

  @Test func `a file is written as the safetensors package writes it, byte by byte`() throws {
    for name in ["plain.safetensors", "empty.safetensors"] {
      let file = TemporaryFile()
      try Safetensors.write(Safetensors.read(FormatFixture.path(name)), to: file.path)
      let written = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file.path)))
      #expect(written == (try FormatFixture.bytes(name)), "\(name)")
    }
  }

  @Test func `writing and reading gives the same bits`() throws {
    var dict = StateDict()
    dict.metadata = ["epoch": "3", "\u{1}\n": ""]
    dict["steps"] = .integers([.min, .max], shape: [1, 2])
    dict["w"] = .floats(Tensor([-.infinity, .leastNonzeroMagnitude, 0.1], shape: [3]))
    let file = TemporaryFile()
    try Safetensors.write(dict, to: file.path)
    #expect(try Safetensors.read(file.path) == dict)
  }

  @Test func `a number type without a meaning here is refused by name`() throws {
    let path = FormatFixture.path("float8.safetensors")
    #expect(
      throws: WeightFileError.unsupported(
        path: path, reason: "'odd' has numbers of type 'F8_E4M3'")
    ) { try Safetensors.read(path) }
  }

  @Test func `arrays of another type and masses of bytes are passed over`() throws {
    let header =
      #"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"U8","shape":[1048577],"data_offsets":[4,1048581]},"#
      + #""c":{"dtype":"F16","shape":[1],"data_offsets":[1048581,1048583]}}"#
    let file = try TemporaryFile(
      UInt64(header.utf8.count).littleEndianBytes + Array(header.utf8)
        + Array(repeating: 0, count: 1_048_581) + [0, 0x3c])
    let dict = try Safetensors.read(file.path)
    #expect(dict.names == ["c"])
    #expect(dict["c"] == .floats(Tensor([1], shape: [1])))
    #expect(dict.unread["a"] == "has numbers of type 'F8_E4M3'")
    #expect(dict.unread["b"] == "it has 1048577 whole numbers, more than any encoder's")
  }

  @Test func `numbers of two bytes are read in pieces`() throws {
    let count = 300_000
    let header = #"{"h":{"dtype":"BF16","shape":[300000],"data_offsets":[0,600000]}}"#
    let bytes = (0..<count).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(0x3f)] }
    let file = try TemporaryFile(
      UInt64(header.utf8.count).littleEndianBytes + Array(header.utf8) + bytes)
    let numbers = try #require(Safetensors.read(file.path).tensor("h")).scalars
    let expected = (0..<count).map { Float(bitPattern: 0x3f00_0000 | UInt32($0 % 256) << 16) }
    #expect(numbers == expected)
  }

  @Test func `a shape of many axes is refused as it is read`() throws {
    let axes = Array(repeating: "1", count: 65).joined(separator: ",")
    let header = #"{"a":{"dtype":"F32","shape":[\#(axes)],"data_offsets":[0,4]}}"#
    let file = try TemporaryFile(
      UInt64(header.utf8.count).littleEndianBytes + Array(header.utf8) + [0, 0, 0, 0])
    let error = #expect(throws: WeightFileError.self) { try Safetensors.read(file.path) }
    #expect(error?.description.contains("more than 64 numbers") == true)
  }

  @Test func `a file cut off anywhere is refused`() throws {
    let bytes = try FormatFixture.bytes("plain.safetensors")
    for count in bytes.indices {
      let file = try TemporaryFile(Array(bytes[..<count]))
      #expect(throws: (any Error).self, "\(count) bytes") { try Safetensors.read(file.path) }
    }
  }

  @Test func `no damage to the header ends the program`() throws {
    let bytes = try FormatFixture.bytes("plain.safetensors")
    for place in 0..<368 {
      for value: UInt8 in [0, 0x22, 0x2c, 0x30, 0x39, 0x5c, 0x7d, 0xff] {
        var damaged = bytes
        damaged[place] = value
        let file = try TemporaryFile(damaged)
        _ = try? Safetensors.read(file.path)
      }
    }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "does not fill"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "8 bytes of data, not 4"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "starts at byte 4, not 0"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 0, "0 bytes of data, not 4"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "does not fill"),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,0]}}"#, 0,
      "does not fill"
    ),
    (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}"#, 0, "number"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "number"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "does not fill"),
    (
      #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"#
        + #""a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, 0, "'a' stands twice"
    ),
    (#"{"a":{"dtype":"U8","extra":[0]}}"#, 0, "unknown field 'extra'"),
    (#"{"a":[]}"#, 0, "'{' is missing"), ("{", 0, "is missing"), ("{}}", 0, "after its end"),
    (#"{"\ud800":{}}"#, 0, "unknown escape"), (#"{"\u00+1":{}}"#, 0, "no four digits"),
    (#"{"__metadata__":{"a":1}}"#, 0, "is missing"),
  ])
  func `a lying header is refused with its reason`(
    _ header: String, _ dataCount: Int, _ part: String
  ) throws {
    let bytes =
      UInt64(header.utf8.count).littleEndianBytes + Array(header.utf8)
      + Array(repeating: 0, count: dataCount)
    let file = try TemporaryFile(bytes)
    let error = #expect(throws: WeightFileError.self) { try Safetensors.read(file.path) }
    let description = try #require(error?.description)
    #expect(description.contains(part), "\(description)")
    #expect(description.hasPrefix(file.path) && !description.contains("\n"))
  }

  @Test(arguments: [UInt64.max, 1 << 63, 100_000_001, 3])
  func `a header longer than the file is refused before memory is taken`(_ length: UInt64) throws {
    let file = try TemporaryFile(length.littleEndianBytes + Array("{}".utf8))
    #expect(throws: WeightFileError.self) { try Safetensors.read(file.path) }
  }

  @Test func `what is no file is refused`() {
    #expect(throws: FileError.notAFile(path: "/dev/zero")) { try Safetensors.read("/dev/zero") }
    #expect(throws: FileError.notAFile(path: "/")) { try Safetensors.read("/") }
    #expect(
      throws: FileError.cannotRead(path: "/no/file", reason: "No such file or directory")
    ) { try Safetensors.read("/no/file") }
  }
}
