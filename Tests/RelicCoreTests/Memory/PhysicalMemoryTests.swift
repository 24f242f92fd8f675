import Foundation
import TestSupport
import Testing

@testable import RelicCore

@Suite struct PhysicalMemoryTests {
  @Test func `a container's limit is a number, or there is none`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/memory.max"
    #expect(PhysicalMemory.limit(in: path) == nil)
    try "max\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(PhysicalMemory.limit(in: path) == nil)
    try "2147483648\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(PhysicalMemory.limit(in: path) == 2_147_483_648)
    #expect(PhysicalMemory.bytes > 100_000_000)
  }
}
