import TestSupport
import Testing

@testable import RelicCore

@Suite struct EndingTests {
  @Test func `a process that ends at once leaves no file unfinished`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    await #expect(processExitsWith: .exitCode(130)) { [path = path as String] in
      let file = try AtomicFile(path: path + "/a.bin")
      try file.write([1])
      AtomicFile.exitLeavingNone(code: 130)
    }
    #expect(try folder.names() == [])
  }
}
