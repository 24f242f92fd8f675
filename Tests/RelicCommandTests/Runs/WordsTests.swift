import Foundation
import RelicNN
import TestSupport
import Testing

@testable import relic

/// Lines that name what a thing is, where the system would say that it cannot be read.
@Suite struct WordsTests {
  @Test func `an empty file is called empty`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/empty"
    try Data().write(to: URL(filePath: path))
    for arguments in [
      ["convert", path, folder.path + "/x.safetensors"],
      ["extract", "--encoder", path, "--dataset-name", "shapes", "--output", folder.path + "/f"],
      ["pretrain", "--dataset-name", "shapes", "--ckpt-path", path],
      [
        "probe", "--train-features", path, "--train-labels", path, "--test-features", path,
        "--test-labels", path,
      ],
    ] {
      let captured = Captured.run(arguments)
      #expect(captured.code == .input)
      #expect(
        captured.error == "relic: \(path): is an empty file; get the whole file again\n",
        "\(arguments)")
    }
    #expect(
      Captured.run("pretrain", "--config", path).error
        == "relic: \(path): is an empty file, so it is not a JSON object; give a JSON object of "
        + "options, such as a run folder's config.json\n")
    try folder.write("run/config.json", Data())
    #expect(
      Captured.run("evaluate", folder.path + "/run")
        == Captured(
          error: "relic: \(folder.path)/run/config.json: is an empty file, so it is not a JSON "
            + "object; put back the one that the run wrote, or name another run\n", code: .input))
  }

  @Test func `a run or a file in place of images or weights is named`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    #expect(photos.pretrain().code == .success)
    #expect(
      Captured.run("pretrain", photos.run).error
        == "relic: '\(photos.run)' holds a run, not images; go on with it by 'relic pretrain "
        + "--resume \(photos.run)'\n")
    #expect(
      Captured.run("pretrain", photos.photos + "/1.png").error
        == "relic: '\(photos.photos)/1.png' is a file; name the folder that the images lie in\n")
    #expect(
      Captured.run("convert", photos.run, photos.path("x.safetensors")).error
        == "relic: the file to read is \(photos.run), which holds a run; give its "
        + "encoder.safetensors or checkpoint.safetensors\n")
  }

  @Test func `one of a thing is one`() throws {
    #expect([0, 1, 2].map { $0.counted("step") } == ["0 steps", "1 step", "2 steps"])
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    let captured = withWorkers(1) { photos.pretrain() }
    #expect(captured.output.contains("2 images of folder, 1 step an epoch, 1 worker, BLAS core "))
  }

  @Test(arguments: [Float.nan, -Float.nan])
  func `NaN has no sign`(_ loss: Float) {
    #expect(
      "\(PretrainingError.lossNotFinite(step: 3, loss: loss))" == "the loss became NaN at step 3")
    #expect(Double(loss).fixed(4) == "NaN")
    #expect((-1.25).fixed(1) == "-1.2")
  }
}
