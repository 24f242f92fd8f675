internal import LinearProbe

/// Command lines that can be typed into a shell as they stand.
enum CommandLineText {
  /// Returns words as a shell reads them, in lines that it joins; an option's value stays beside it.
  static func joined(_ words: [String]) -> String {
    var lines = [""]
    for (index, word) in words.map(quoted).enumerated() {
      let line = lines[lines.count - 1]
      let isValue = index > 0 && words[index - 1].hasPrefix("--") && !words[index].hasPrefix("--")
      if !line.isEmpty, !isValue, line.count + word.count > 76 {
        lines[lines.count - 1] += " \\"
        lines.append("  " + word)
      } else {
        lines[lines.count - 1] += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Returns a word between quotes if it holds what a shell would not take as it is.
  static func quoted(_ word: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+%@")
    if !word.isEmpty, word.allSatisfy(plain.contains) { return word }
    return "'" + word.replacing(scalar: "'", with: "'\\''") + "'"
  }

  /// The words of the command that makes a run again: the options that differ from their defaults.
  static func pretraining(_ options: RunOptions, into folder: String) -> [String] {
    var usual = RunOptions()
    usual.recipe = options.recipe
    var words = ["relic", "pretrain"]
    for option in RunOptions.all {
      guard let value = option.get(options) else { continue }
      let isUsual =
        option.isPreset ? value == option.get(RunOptions()) : value == option.get(usual)
      // Without a data set another would be looked for, and numbers of images and of steps that are
      // not given give way to small sets and short runs.
      let isAlwaysGiven = ["dataset_name", "batch_size", "warmup_steps"].contains(option.key)
      guard !isUsual || isAlwaysGiven else { continue }
      words += option.placeholder == nil ? ["\(option.name)=\(value)"] : [option.name, value]
    }
    return words + ["--save-model-dir", folder]
  }
}
