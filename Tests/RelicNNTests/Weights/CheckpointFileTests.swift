import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct CheckpointFileTests {
  private static func dict(_ step: Int) -> StateDict {
    var dict = StateDict()
    dict["n"] = .integers([Int64(step)], shape: [])
    dict["w"] = .floats(Tensor([1, -2.5, Float(step)], shape: [3]))
    dict.metadata = ["step": "\(step)"]
    return dict
  }

  @Test func `the newest and the one before it are there`() throws {
    let file = TemporaryFile()
    let checkpoint = CheckpointFile(path: file.path + ".safetensors")
    defer {
      try? FileManager.default.removeItem(atPath: checkpoint.path)
      try? FileManager.default.removeItem(atPath: checkpoint.previousPath)
    }
    for step in 1...3 { try checkpoint.write(Self.dict(step)) }
    #expect(try CheckpointFile.read(checkpoint.path) == Self.dict(3))
    #expect(try CheckpointFile.read(checkpoint.previousPath) == Self.dict(2))
    #expect(checkpoint.previousPath == file.path + ".previous.safetensors")
  }

  @Test func `a save that was killed halfway leaves nothing after the next`() throws {
    let folder = try TemporaryFolder()
    let checkpoint = CheckpointFile(path: folder.path + "/c.safetensors")
    try checkpoint.write(Self.dict(1))
    try FileManager.default.linkItem(atPath: checkpoint.path, toPath: checkpoint.previousPath)
    try checkpoint.write(Self.dict(2))
    #expect(try CheckpointFile.read(checkpoint.path) == Self.dict(2))
    #expect(try CheckpointFile.read(checkpoint.previousPath) == Self.dict(1))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left.sorted() == ["c.previous.safetensors", "c.safetensors"])
  }

  @Test func `a flipped bit is found or changes nothing`() throws {
    let file = TemporaryFile()
    try CheckpointFile(path: file.path).write(Self.dict(1))
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file.path)))
    var found = 0
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        let other = try TemporaryFile(damaged)
        guard let read = try? CheckpointFile.read(other.path) else {
          found += 1
          continue
        }
        // The note's own name may be hit: then the sum is one note more.
        var content = read
        content.metadata = content.metadata.filter { $0.key == "step" }
        #expect(content == Self.dict(1), "bit \(bit) of byte \(place)")
      }
    }
    #expect(found > 8 * bytes.count * 3 / 4)
  }

  @Test func `a file without a checksum is taken as it is`() throws {
    let file = TemporaryFile()
    try Safetensors.write(Self.dict(4), to: file.path)
    #expect(try CheckpointFile.read(file.path) == Self.dict(4))
  }
}
