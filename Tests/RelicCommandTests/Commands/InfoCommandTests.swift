import Foundation
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct InfoCommandTests {
  @Test func `the machine is told in lines of a name and a value`() {
    let captured = Captured.run("info")
    #expect(captured.code == .success)
    let names = captured.output.split(separator: "\n").map { $0.prefix(11) }
    #expect(
      names.map { $0.trimmingCharacters(in: .whitespaces) }
        == ["relic", "workers", "processor", "bfloat16", "BLAS", "BLAS core"])
    #expect(captured.output.contains("\nBLAS core  \(BLAS.core)\n"))
  }

  @Test func `the workers are as many as --threads says`() {
    let captured = withWorkers(1) { Captured.run("info", "--threads", "3") }
    #expect(captured.code == .success)
    #expect(captured.output.contains("\nworkers    3\n"), "\(captured.output)")
  }

  @Test func `a run is told from its files`() throws {
    let photos = try PhotoFolder()
    for number in 1...4 { try photos.add("ape/\(number).png", "cat/\(number).png") }
    #expect(photos.pretrain(["--epochs", "2", "--num-local-views", "1"]).code == .success)
    #expect(Captured.run("evaluate", photos.run, "--validation", "3").code == .success)
    let captured = Captured.run("info", photos.run)
    #expect(captured.error == "")
    let lines = captured.output.split(separator: "\n")
    #expect(lines.first == "\(photos.run)")
    let texts = lines.dropFirst().map { String($0.dropFirst(13)) }
    try #require(texts.count == 8)
    #expect(texts[0] == "folder in \(photos.photos), 8 images")
    #expect(texts[1] == "resnet18, stem imagenet, views of 16 pixels")
    #expect(texts[2] == "4 images, 2 large views and 1 small view of each, recipe reference")
    #expect(
      texts[3]
        == "2 of 2, step 4 of 4; train longer with 'relic pretrain --resume \(photos.run) --epochs N'"
    )
    #expect(texts[4].contains(" in epoch 2, 1.386 by chance, KL 0."))
    #expect(
      texts[5].hasPrefix("top-1 ")
        && texts[5].hasSuffix("(logistic, folder, after 2 epochs, 3 images)"))
    #expect(texts[6].hasSuffix(" of processors"))
    #expect(texts[7].contains("encoder.safetensors (45 MB), evaluation.json (1."))
  }

  @Test func `a run that has saved nothing is told with what is there`() throws {
    let folder = try TemporaryFolder()
    try #"{"dataset_name": "shapes"}"#.write(
      toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let captured = Captured.run("info", folder.path)
    #expect(
      captured.output == """
        \(folder.path)
          data set   shapes
          encoder    resnet18, stem imagenet, views of 96 pixels
          batches    256 images, 2 large views of each, recipe reference
          epochs     none of 100 saved
          files      config.json (0.0 kB)

        """)
    let refused = Captured.run("info", folder.path, "/no/run")
    #expect(refused.code == .input && refused.output == "")
    #expect(refused.error.hasPrefix("relic: /no/run: holds no run; "))
  }

  @Test func `numbers that no run has end nothing`() throws {
    let folder = try TemporaryFolder()
    try folder.write("config.json", Data(#"{"dataset_name": "shapes"}"#.utf8))
    try folder.write("metrics.jsonl", Data(#"{"step":1,"seconds":-1e300}"#.utf8))
    var notes = StateDict()
    for (step, stepsPerEpoch, expected) in [
      (1, Int.max, "none of 100 saved"), (Int.min, 10, "none of 100 saved"),
      (-1, 10, "none of 100 saved"), (5, 0, "none of 100 saved"),
      (25, 10, "2 of 100, step 25 of 1000"),
    ] {
      notes.metadata = ["step": "\(step)", "steps_per_epoch": "\(stepsPerEpoch)"]
      try Safetensors.write(notes, to: folder.path + "/checkpoint.safetensors")
      let captured = Captured.run("info", folder.path)
      #expect(captured.code == .success)
      #expect(captured.output.contains("  epochs     \(expected)"))
      #expect(captured.output.contains("  cost       -\n"))
      #expect(Captured.run("info", folder.path, "--json").code == .success)
    }
  }

  @Test func `help of a command is that of its option`() {
    for command in Relic.commands.map({ $0.name }) {
      #expect(Captured.run("help", command) == Captured.run(command, "--help"))
    }
    #expect(Captured.run("help", "help") == Captured.run("--help"))
    #expect(
      Captured.run("help", "pretrian")
        == Captured(
          error: "relic: unknown command 'pretrian'; did you mean 'pretrain'?\n", code: .usage))
  }
}
