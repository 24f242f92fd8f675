import Foundation
import Testing

@testable import RelicNN
@testable import relic

@Suite struct CommandLineTextTests {
  @Test(arguments: [
    "plain", "", "a b", "it's", "$(rm -rf x)", "`x`", "a\nb", "*", "\\", "\"", "~", "é",
  ])
  func `a shell reads a quoted word as it was`(_ word: String) throws {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "printf %s " + CommandLineText.quoted(word)]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    #expect(String(decoding: output, as: UTF8.self) == word)
  }

  @Test(arguments: Recipe.allCases)
  func `the command of a run sets the run's options`(_ recipe: Recipe) throws {
    var options = RunOptions()
    options.recipe = recipe
    options.datasetName = .shapes
    options.configuration.datasetPath = "it's here"
    options.configuration.emaDecay = 0.9
    options.configuration.recomputes = true
    options.configuration.fp16Precision = false
    options.imageSize = 32
    let words = CommandLineText.pretraining(options, into: "runs/a b")
    #expect(words.starts(with: ["relic", "pretrain"]))
    guard
      case .run(let command) = try ArgumentParser<PretrainCommand>().parse(
        Array(words.dropFirst(2)))
    else {
      Issue.record("\(words) asks for help")
      return
    }
    #expect(command.folder == "runs/a b")
    for option in RunOptions.all {
      #expect(option.get(command.recorded) == option.get(options), "\(option.name)")
    }
    // What is not said is as short as it can be.
    #expect(words.count < 22, "\(words)")
  }

  @Test func `long commands are broken between options`() {
    let words = ["relic"] + (0..<12).flatMap { ["--option-\($0)", "value \($0)"] }
    let lines = CommandLineText.joined(words).split(separator: "\n")
    #expect(lines.count > 2)
    for line in lines.dropFirst() { #expect(line.hasPrefix("  --")) }
    for line in lines.dropLast() { #expect(line.hasSuffix(" \\")) }
  }
}
