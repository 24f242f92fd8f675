internal import RelicNN

/// Command lines that can be typed into a shell as they stand.
enum CommandLineText {
  /// Returns words as a shell reads them, in lines that it joins; an option's value stays beside it.
  static func joined(_ words: [String]) -> String {
    var lines = [""]
    for (index, word) in words.map(\.shellWord).enumerated() {
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

  /// The commands that make a run again: of a run that was made longer, the one that it began by and those
  /// that it went on by, each below the step that it went on from.
  static func pretraining(
    _ options: RunOptions, longerFrom former: [(step: Int, epochs: Int)], stepsPerEpoch: Int?,
    into folder: String
  ) -> [String] {
    let lengths = former.map(\.epochs) + [options.configuration.epochs]
    var begun = options
    begun.configuration.epochs = lengths[0]
    let first = joined(pretraining(begun, into: folder))
    return [first]
      + zip(former, lengths.dropFirst()).flatMap { change, epochs in
        let isWhole = stepsPerEpoch.map { change.step == $0 * change.epochs } ?? true
        return [
          isWhole
            ? "# from step \(change.step) on"
            : "# interrupted after step \(change.step), and from there on",
          joined(["relic", "pretrain", "--resume", folder, "--num-epochs", "\(epochs)"]),
        ]
      }
  }

  /// The words of the command that begins a run: the options that differ from their defaults.
  static func pretraining(_ options: RunOptions, into folder: String) -> [String] {
    var usual = RunOptions()
    usual.recipe = options.recipe
    var words = ["relic", "pretrain"]
    for option in RunOptions.all {
      guard let value = option.get(options) else { continue }
      let isUsual =
        option.isPreset ? value == option.get(RunOptions()) : value == option.get(usual)
      // Without a data set another would be looked for, and what is not given gives way: numbers of
      // images and of steps to small sets and short runs, a recipe's crops to the sides of images.
      let isAlwaysGiven =
        ["dataset_name", "batch_size", "warmup_steps"].contains(option.key)
        || (options.recipe.choosesSizes
          && ["min_crop_scale", "max_crop_scale"].contains(option.key))
      guard !isUsual || isAlwaysGiven else { continue }
      words += option.placeholder == nil ? ["\(option.name)=\(value)"] : [option.name, value]
    }
    return words + ["--save-model-dir", folder]
  }
}
