import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct RunForecastTests {
  @Test func `the disk is that of the files of a run`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    let captured = photos.pretrain(["-b", "2"])
    #expect(captured.code == .success)
    let options = try RunFolder(path: photos.run).options()
    let encoder = options.configuration.makeEncoder()
    let forecast = RunForecast(options.configuration, of: encoder, stepsPerEpoch: 2)
    #expect(captured.output.contains("\n\(forecast)\n"))
    #expect("\(forecast)".hasPrefix("1 epoch, 2 steps; memory of at least "))
    for (name, size) in [
      ("checkpoint", forecast.disk.checkpoint), ("encoder", forecast.disk.encoder),
    ] {
      let found = try #require(ByteFile.size(of: "\(photos.run)/\(name).safetensors"))
      // Names and notes come on top, running moments are in both networks alone.
      #expect(abs(found - size) < size / 50, "\(name): \(found), \(size)")
    }
    let lines = try #require(ByteFile.size(of: photos.run + "/metrics.jsonl"))
    #expect(lines <= forecast.disk.metrics)
  }

  @Test func `a disk that is too small is refused, and what a run has already counts`() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(path: folder.path + "/run")
    let configuration = PretrainingConfiguration()
    let forecast = RunForecast(configuration, of: configuration.makeEncoder(), stepsPerEpoch: 10)
    let needed = forecast.disk.total
    let error = #expect(throws: FileError.self) {
      try forecast.checkDisk(of: run, begun: false, free: needed - 100_000_000)
    }
    let text = "\(try #require(error))"
    #expect(
      text.hasPrefix("\(run.path): cannot be written: the run needs \(needed.byteSize) of the disk")
    )
    #expect(text.hasSuffix("make room, or name a folder elsewhere by --save-model-dir"))
    #expect(ExitCode(for: try #require(error)) == .output)
    #expect(throws: Never.self) { try forecast.checkDisk(of: run, begun: false, free: needed) }
    #expect(throws: Never.self) { try forecast.checkDisk(of: run, begun: false, free: nil) }
    try FileManager.default.createDirectory(atPath: run.path, withIntermediateDirectories: false)
    try Data(count: 1000).write(to: URL(filePath: run.checkpointPath))
    #expect(throws: Never.self) {
      try forecast.checkDisk(of: run, begun: true, free: needed - 1000)
    }
    let small = #expect(throws: FileError.self) {
      try forecast.checkDisk(of: run, begun: true, free: needed - 1001)
    }
    #expect("\(try #require(small))".hasSuffix("make room, or move the run elsewhere"))
  }

  @Test func `the room is that of the folder which is there`() throws {
    let folder = try TemporaryFolder()
    let free = try #require(DiskSpace.free(at: folder.path + "/not/there"))
    let own = try #require(DiskSpace.free(at: folder.path))
    // Others write to the same disk.
    #expect(free > 0 && abs(free - own) < 1_000_000_000)
  }

  @Test func `the time is told once, by the steps after the first`() {
    let start = ContinuousClock.now
    var forecast = DurationForecast(ofSteps: 1010)
    #expect(forecast.line(after: 11, at: start) == nil)
    #expect(forecast.line(after: 12, at: start + .seconds(4)) == nil)
    // Two steps in eight seconds, and 997 to come.
    #expect(
      forecast.line(after: 13, at: start + .seconds(8))
        == "by its first steps, the run ends in 1 h 06 min")
    #expect(forecast.line(after: 14, at: start + .seconds(80)) == nil)
    var short = DurationForecast(ofSteps: 13)
    #expect(short.line(after: 1, at: start) == nil)
    #expect(short.line(after: 2, at: start + .seconds(5)) == nil)
  }

  @Test(arguments: [
    (0, "0.0 kB"), (999_999, "1000.0 kB"), (1_000_000, "1 MB"), (999_400_000, "999 MB"),
    (1_234_000_000, "1.2 GB"),
  ])
  func `sizes are said in the unit that suits them`(bytes: Int, text: String) {
    #expect(bytes.byteSize == text)
  }
}
