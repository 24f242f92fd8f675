import RelicCore
import Testing

@Suite struct ProtobufMessageTests {
  private func bytes(_ fill: (inout ProtobufMessage) -> Void) -> [UInt8] {
    var message = ProtobufMessage()
    fill(&message)
    return message.bytes
  }

  @Test func `the examples of the format's description have its bytes`() {
    #expect(bytes { $0.add(1, 150) } == [0x08, 0x96, 0x01])
    #expect(
      bytes { $0.add(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
    var inner = ProtobufMessage()
    inner.add(1, 150)
    #expect(bytes { $0.add(3, inner) } == [0x1a, 0x03, 0x08, 0x96, 0x01])
  }

  @Test(arguments: [
    (0, [0x08, 0x00]), (1, [0x08, 0x01]), (127, [0x08, 0x7f]), (128, [0x08, 0x80, 0x01]),
    (16384, [0x08, 0x80, 0x80, 0x01]),
    (Int.max, [0x08] + Array(repeating: 0xff, count: 8) + [0x7f]),
  ])
  func `a number takes seven bits a byte`(_ value: Int, _ expected: [UInt8]) {
    #expect(bytes { $0.add(1, value) } == expected)
  }

  @Test func `real numbers and fields beyond 15 have their keys`() {
    #expect(bytes { $0.add(2, Float(1)) } == [0x15, 0x00, 0x00, 0x80, 0x3f])
    #expect(bytes { $0.add(1, 1.0) } == [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    #expect(bytes { $0.add(20, 7) } == [0xa0, 0x01, 0x07])
  }

  @Test func `bytes within messages are counted and stand in their place`() {
    var inner = ProtobufMessage()
    inner.add(1, 1)
    inner.add(9, bytes: [1, 2, 3])
    inner.add(10, "x")
    let expected: [UInt8] = [0x08, 0x01, 0x4a, 0x03, 1, 2, 3, 0x52, 0x01, 0x78]
    #expect(
      bytes {
        $0.add(1, inner)
        $0.add(2, 3)
      } == [0x0a, UInt8(expected.count)] + expected + [0x10, 0x03])
  }
}
