import Foundation
import Testing

@testable import relic

/// A command with an option of every kind.
private struct SampleCommand: Command {
  enum Flavour: String, CaseIterable {
    case sweet
    case sour
  }

  static let name = "sample"
  static let summary = "test the parser"
  static let discussion = "Does nothing."
  static let operandPlaceholder: String? = "FILE..."
  static let options: [OptionGroup<SampleCommand>] = [
    OptionGroup(
      "Sample",
      [
        .value("--batch-size", "-b", sets: \.batchSize, as: "N", from: 2, to: 65_536, "images"),
        .value("--learning-rate", "-lr", "--lr", sets: \.learningRate, as: "RATE", from: 0, "rate"),
        .value("--tolerance", sets: \.tolerance, as: "X", above: 0, to: 1, "when to stop"),
        .value("--save-model-dir", "-save-model-dir", sets: \.folder, as: "DIR", "folder"),
        .choice("--flavour", "-m", sets: \.flavour, as: "NAME", "taste"),
        .flag("--use-siglip", sets: \.useSigLIP, "loss"),
        .value("--config", sets: \.configurationFile, as: "FILE", "options"),
      ])
  ]

  var batchSize = 256
  var learningRate: Float = 3e-4
  var tolerance: Double?
  var folder: String?
  var flavour = Flavour.sweet
  var useSigLIP = false
  var configurationFile: String?
  var common = CommonSettings()

  func run(_ console: Console) {}
}

@Suite struct ArgumentParserTests {
  private func parsed(_ arguments: String...) throws -> SampleCommand {
    guard case .run(let settings) = try ArgumentParser<SampleCommand>().parse(arguments) else {
      throw UsageError.conflict("help was asked for", remedy: "")
    }
    return settings
  }

  private func refusal(_ arguments: String...) -> UsageError? {
    do {
      _ = try ArgumentParser<SampleCommand>().parse(arguments)
      return nil
    } catch { return error }
  }

  private func configuration(_ json: String) throws -> String {
    let path = NSTemporaryDirectory() + "relic-\(UUID().uuidString).json"
    try json.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(arguments: ["--batch-size", "--batch_size", "-b"])
  func `an option is understood in each of its spellings`(_ spelling: String) throws {
    #expect(try parsed(spelling, "64").batchSize == 64)
    #expect(try parsed(spelling + "=64").batchSize == 64)
  }

  @Test func `the reference's single dashes with long names are understood`() throws {
    let settings = try parsed("-save_model_dir", "./models", "-lr", "1e-3", "-m", "sour")
    #expect(settings.folder == "./models")
    #expect(settings.learningRate == 1e-3)
    #expect(settings.flavour == .sour)
  }

  @Test func `values may start with a dash and operands stand anywhere`() throws {
    let settings = try parsed("a", "--save-model-dir", "-x", "b", "--", "--use-siglip")
    #expect(settings.folder == "-x")
    #expect(settings.common.operands == ["a", "b", "--use-siglip"])
    #expect(!settings.useSigLIP)
  }

  @Test func `a flag is on when named and takes a truth value behind an equals sign`() throws {
    #expect(try parsed("--use-siglip").useSigLIP)
    #expect(try !parsed("--use-siglip", "--use_siglip=false").useSigLIP)
    #expect(refusal("--use-siglip=maybe")?.description.contains("true or false") == true)
  }

  @Test func `the last of several equal options wins`() throws {
    #expect(try parsed("-b", "8", "--batch_size=16").batchSize == 16)
  }

  @Test func `a wrong value names the option, the value and what is right`() throws {
    let expected = "a whole number from 2 to 65536"
    for value in ["1", "65537", "ten", "", "1e3", "99999999999999999999"] {
      #expect(
        refusal("-b", value)
          == .wrongValue(option: "--batch-size", value: value, expected: expected, nearest: nil))
    }
    for value in ["nan", "inf", "-1", "1e99"] {
      #expect(
        refusal("--lr", value)?.description
          == "option '--learning-rate' cannot be '\(value)': give a number of at least 0.0")
    }
    for value in ["0", "-1", "1.5"] {
      #expect(
        refusal("--tolerance", value)?.description
          == "option '--tolerance' cannot be '\(value)': give a number above 0.0 and of at most 1.0"
      )
    }
    #expect(try parsed("--tolerance", "1").tolerance == 1)
    #expect(
      refusal("-m", "swet")?.description
        == "option '--flavour' cannot be 'swet': give sweet or sour (did you mean 'sweet'?)")
    #expect(refusal("-m", "SOUR")?.description.hasSuffix("(did you mean 'sour'?)") == true)
  }

  @Test func `an option without its value is told apart from one with a value`() {
    #expect(
      refusal("--batch-size")
        == .missingValue(
          option: "--batch-size", expected: "a whole number from 2 to 65536"))
    #expect(
      refusal("-b", "--use-siglip")
        == .missingValue(
          option: "-b", expected: "a whole number from 2 to 65536"))
  }

  @Test func `what begins with two dashes is no value, unless it stands behind an equals sign`()
    throws
  {
    for next in ["--use-siglip=false", "--help", "--oddly", "-b=3", "--"] {
      #expect(
        refusal("--save-model-dir", next)
          == .missingValue(option: "--save-model-dir", expected: "a text that is not empty"),
        "\(next)")
    }
    #expect(try parsed("--save-model-dir=--oddly").folder == "--oddly")
  }

  @Test func `the options that were typed are known, those of a file are not among them`() throws {
    let path = try configuration(#"{"batch_size": 32}"#)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let settings = try parsed("--lr", "1", "--config", path)
    #expect(settings.common.typed == ["learning_rate", "config"])
  }

  @Test func `an unknown option suggests the nearest`() {
    #expect(
      refusal("--batchsize", "3")?.description
        == "unknown option '--batchsize'; did you mean '--batch-size'?")
    #expect(
      refusal("--zzzzzz")?.description == "unknown option '--zzzzzz'; see 'relic sample --help'")
  }

  @Test func `a configuration file sets options and the command line wins`() throws {
    let path = try configuration(#"{"batch_size": 32, "flavour": "sour", "use_siglip": true}"#)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let settings = try parsed("-b", "8", "--config", path)
    #expect(settings.batchSize == 8)
    #expect(settings.flavour == .sour)
    #expect(settings.useSigLIP)
  }

  @Test func `what a configuration file records is read back to the bit`() throws {
    var settings = SampleCommand()
    settings.learningRate = 0.1 + 0.2
    settings.folder = "a \"quoted\" folder/\u{e9}"
    settings.useSigLIP = true
    let path = try configuration(
      ConfigurationFile.text(SampleCommand.options.flatMap(\.options), of: settings))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let read = try parsed("--config", path)
    #expect(read.learningRate == settings.learningRate)
    #expect(read.folder == settings.folder)
    #expect(read.useSigLIP)
  }

  @Test(arguments: [
    (#"{"batchsize": 3}"#, "unknown setting 'batchsize'; did you mean 'batch_size'?"),
    (#"{"batch_size": [3]}"#, "setting 'batch_size' has no number, text or truth value"),
    (#"{"batch_size": null}"#, "setting 'batch_size' has no number, text or truth value"),
    (#"{"batch_size": 3.5}"#, "option '--batch-size' cannot be '3.5'"),
    ("[1]", "is not a JSON object"), ("", "is not a JSON object"), ("{", "is not a JSON object"),
  ])
  func `a broken configuration file is refused by name`(_ json: String, _ part: String) throws {
    let path = try configuration(json)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let description = try #require(refusal("--config", path)?.description)
    #expect(description.hasPrefix("\(path): "), "\(description)")
    #expect(description.contains(part), "\(description)")
    #expect(!description.contains("\n"))
  }

  @Test func `help is asked for wherever it stands`() throws {
    for arguments in [["--help"], ["-h"], ["-b", "8", "--help"]] {
      guard case .help = try ArgumentParser<SampleCommand>().parse(arguments) else {
        Issue.record("no help for \(arguments)")
        continue
      }
    }
  }

  @Test func `the distance counts insertions, deletions and replacements`() {
    #expect("kitten".edits(to: "sitting") == 3)
    #expect("".edits(to: "abc") == 3)
    #expect("same".edits(to: "same") == 0)
  }
}
