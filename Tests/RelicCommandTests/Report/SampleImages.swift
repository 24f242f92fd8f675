import Foundation

@testable import RelicNN
@testable import relic

/// Small folders of images, and runs that were trained on them.
enum SampleImages {
  /// Writes class folders of `train` and `test` images each.
  static func write(_ path: String, classes: [String], train: Int, test: Int) throws {
    let figures = try Shapes(split: .train, count: 600)
    for (split, count) in [("train", train), ("test", test)] {
      for (label, name) in classes.enumerated() {
        let folder = "\(path)/\(split)/\(name)"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        for index in 0..<count {
          // A figure has its class by its number, and a split its own figures.
          let place = 10 * (index + (split == "test" ? train : 0)) + label
          try write(figures.image(at: place), to: "\(folder)/\(index).png")
        }
      }
    }
  }

  /// Writes images without labels.
  static func write(_ path: String, count: Int) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let figures = try Shapes(split: .train, count: count)
    for index in 0..<count { try write(figures.image(at: index), to: "\(path)/\(index).png") }
  }

  private static func write(_ image: RGBImage, to path: String) throws {
    try Data(image.encodedAsPNG()).write(to: URL(filePath: path))
  }

  /// Writes the configuration and an encoder with random weights.
  static func writeRun(_ path: String, data: String) throws {
    let run = RunFolder(path: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var options = RunOptions()
    options.datasetName = .folder
    options.configuration.datasetPath = data
    options.imageSize = 32
    try run.write(options)
    options.configuration.imageSize = 32
    try Safetensors.write(options.configuration.makeEncoder().stateDict(), to: run.encoderPath)
  }
}
