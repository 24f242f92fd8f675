/// Arguments of runs that take seconds.
enum ShortRun {
  /// Four steps of a run whose images are so small that it takes seconds.
  static let small = [
    "pretrain", "--dataset-name", "shapes", "--image-size", "8", "--num_epochs", "1", "-b", "2000",
    "--log-every-n-steps", "2",
  ]

  /// As many steps on copies of one photo, which take less time and cannot be scored.
  static func tiny(_ photos: borrowing PhotoFolder) throws -> [String] {
    try photos.add("1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png")
    return [
      "pretrain", photos.photos, "--image-size", "8", "--num_epochs", "1", "-b", "2",
      "--log-every-n-steps", "2",
    ]
  }
}
