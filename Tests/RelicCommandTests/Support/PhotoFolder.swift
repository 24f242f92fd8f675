import Foundation
import TestSupport

@testable import relic

/// A user's folder of images, and one for a run on them.
struct PhotoFolder: ~Copyable {
  private let folder: TemporaryFolder
  let photos: String
  let run: String

  init() throws {
    folder = try TemporaryFolder()
    photos = folder.path + "/photos"
    run = folder.path + "/run"
  }

  /// Writes one image of the fixtures under each of these names.
  func add(_ names: String...) throws {
    try folder.addImages(names.map { "photos/" + $0 })
  }

  /// A path beside the images and the run.
  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  /// Trains for one epoch of small views unless told otherwise.
  func pretrain(_ options: String...) -> Captured { pretrain(options) }

  /// Trains for one epoch of small views unless told otherwise.
  func pretrain(_ options: [String]) -> Captured {
    Captured.run(
      ["pretrain", photos, "--save-model-dir", run, "--epochs", "1", "--image-size", "16"] + options
    )
  }
}
