import Foundation
import TestSupport
import Testing

@testable import relic

@Suite struct EventFileTests {
  // Made by tensorboard's own writer; see make_event_fixtures.py.
  @Test func `records are those of TensorBoard's own writer, byte by byte`() throws {
    let path = Fixtures.path("events/events.out.tfevents.1700000000.host.1.0")
    let expected = try [UInt8](Data(contentsOf: URL(filePath: path)))
    let records = [
      EventRecord(wallTime: 1_700_000_000, content: .version),
      EventRecord(wallTime: 1_700_000_000.25, step: 3, content: .start),
      EventRecord(
        wallTime: 1_700_000_001.5, step: 3,
        content: .scalars([("train/loss", 5.5), ("train/top1", 0)])),
      EventRecord(
        wallTime: 1_700_000_002, step: 300,
        content: .scalars([("train/loss", -1e-30), ("eval/top1", 0.6875)])),
      EventRecord(
        wallTime: 1_700_000_003, step: 1 << 40,
        content: .scalars([("train/lernraten-größe", .infinity), ("train/loss", 1 / 3.0)])),
    ]
    #expect(records.flatMap(\.bytes) == expected)
    let read = try #require(EventReader(expected)).events
    #expect(read.map(\.step) == [0, 3, 3, 300, 1 << 40] && read[1].isStart)
    #expect(read[4].scalars["train/lernraten-größe"] == .infinity)
  }

  @Test(arguments: [("", UInt32(0)), ("123456789", 0xe306_9283), ("a", 0xc1d0_4330)])
  func `the checksum is the published one`(text: String, sum: UInt32) {
    #expect(CRC32C.checksum(text.utf8) == sum)
  }

  @Test func `a resumed run has a further file, which makes later steps void`() throws {
    let folder = try TemporaryFolder()
    let lines = [#"{"step":1,"loss":2.5,"epoch":1}"#, #"{"step":2,"eval_top1":0.5,"loss":"NaN"}"#]
    func events() throws -> [[EventReader.Event]] {
      try EventFile.names(in: folder.path).map { name in
        try #require(EventReader([UInt8](try folder.bytes(name)))).events
      }
    }
    var file = try EventFile(in: folder.path, after: 0, lines: [Data]())
    for line in lines { try file.append(line.utf8) }
    file = try EventFile(in: folder.path, after: 1, lines: [lines[0].utf8])
    try file.append(lines[1].utf8)
    try file.append(#"{"step":"#.utf8)
    let files = try events()
    #expect(files.count == 2)
    #expect(files[0].map(\.step) == [0, 1, 2] && files[0][0].version == "brain.Event:2")
    #expect(files[0][1].scalars == ["train/loss": 2.5, "train/epoch": 1])
    #expect(files[0][2].scalars["eval/top1"] == 0.5)
    #expect(files[0][2].scalars["train/loss"]?.isNaN == true)
    #expect(files[1].map(\.step) == [0, 2, 2] && files[1][1].isStart)
    #expect(files[1][2].scalars["eval/top1"] == 0.5)
  }

  @Test func `steps that were taken without event files are told first`() throws {
    let folder = try TemporaryFolder()
    let lines = [#"{"step":1,"seconds":10,"loss":2.5}"#, #"{"step":2,"seconds":15,"loss":2}"#]
    _ = try EventFile(in: folder.path, after: 2, lines: lines.map(\.utf8))
    let name = try #require(EventFile.names(in: folder.path).first)
    let events = try #require(EventReader([UInt8](try folder.bytes(name)))).events
    #expect(events.map(\.step) == [0, 1, 2] && !events.contains(where: \.isStart))
    #expect(abs(events[2].wallTime - Date().timeIntervalSince1970) < 60)
    #expect(abs(events[2].wallTime - events[1].wallTime - 5) < 1e-6)
    #expect(events[1].scalars == ["cost/seconds": 10, "train/loss": 2.5])
  }

  @Test func `a run writes event files of all its steps, over resumptions`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    #expect(photos.pretrain(["-b", "2", "--tensorboard"]).code == .success)
    let first = EventFile.names(in: photos.run)
    #expect(first.count == 1)
    // It goes on with them unasked.
    #expect(Captured.run("pretrain", "--resume", photos.run, "--epochs", "2").code == .success)
    let names = EventFile.names(in: photos.run)
    #expect(names.count == 2 && names.first == first.first)
    let events = try names.map { name in
      let bytes = try Data(contentsOf: URL(filePath: "\(photos.run)/\(name)"))
      return try #require(EventReader([UInt8](bytes))).events
    }
    #expect(events[0].map(\.step) == [0, 1, 2])
    #expect(events[1].map(\.step) == [0, 3, 2, 3, 4] && events[1][1].isStart)
    let text = try String(contentsOfFile: photos.run + "/metrics.jsonl", encoding: .utf8)
    let lines = text.utf8.split(separator: 0x0a).compactMap { MetricsLine($0) }
    let told = events.joined().filter { !$0.scalars.isEmpty }
    #expect(lines.map(\.step) == told.map(\.step))
    for (line, event) in zip(lines, told) {
      #expect(event.scalars["train/loss"] == line.numbers["loss"].map { Float($0) })
    }
    // Another run in its place has none of them.
    #expect(photos.pretrain(["-b", "2", "--overwrite"]).code == .success)
    #expect(EventFile.names(in: photos.run).isEmpty)
  }
}
