import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import relic

@Suite struct ProbeCommandTests {
  /// Two clouds of two features each, around (1, 0) and (0, 1).
  static func samples(_ count: Int) -> LabeledFeatures {
    let labels = (0..<count).map { $0 % 2 }
    let elements = labels.enumerated().flatMap { index, label in
      let noise = Float(index * 37 % 100) / 110
      return label == 0 ? [1 + noise, noise] : [noise, 1 + noise]
    }
    return LabeledFeatures(
      features: Features(rows: count, columns: 2, elements: elements), labels: labels,
      files: (0..<count).map { "images/\($0), \"\(labels[$0])\".png" })
  }

  static func write(to path: String) throws {
    var origin = FeatureDescription(encoder: "random", dataset: "clouds")
    origin.classNames = ["left", "right"]
    try FeatureFolder(train: samples(60), test: samples(20), origin: origin).write(to: path)
  }

  @Test(arguments: ["logistic", "calibrated", "knn"])
  func `JSON stands alone on standard output`(method: String) throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path)
    let run = Captured.run("probe", folder.path, "--protocol", method, "--json")
    #expect(run.code == .success)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(object["protocol"] as? String == method)
    #expect(object["top1"] as? Double == 1)
    #expect(object["version"] as? String == Program.version)
    #expect(object["class_names"] as? [String] == ["left", "right"])
  }

  @Test func `a solver and a precision that are not scikit-learn's are told and kept`() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path)
    let options = ["--solver", "whitened-lbfgs", "--fit-precision", "float32"]
    let table = Captured.run(["probe", folder.path] + options)
    #expect(table.output.contains("LogisticRegression, whitened-lbfgs, float32   100.00"))
    let saving = Captured.run(
      ["probe", folder.path, "--json", "--save", "\(folder.path)/probe"] + options)
    for part in [#""precision":"float32""#, #""solver":"whitened-lbfgs""#] {
      #expect(saving.output.contains(part))
    }
    let kept = try FittedProbe(contentsOf: "\(folder.path)/probe").settings
    #expect(kept.solver == .whitened)
    #expect(kept.precision == .float32)
    let usual = Captured.run("probe", folder.path, "--json").output
    #expect(!usual.contains("solver"))
    #expect(!usual.contains("precision\":\"float"))
  }

  @Test func `files of the user's own do as well as a folder`() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path)
    let files = ["train", "test"].flatMap { split in
      ["features", "labels"].flatMap { part in
        ["--\(split)-\(part)", "\(folder.path)/\(split)_\(part).npy"]
      }
    }
    let run = Captured.run(["probe", "--report"] + files)
    #expect(run.code == .success)
    #expect(run.output.hasPrefix("60 training and 20 test samples of 2 features, 2 classes\n"))
    #expect(run.output.contains("weighted avg       1.00      1.00      1.00        20"))
    #expect(run.output.hasSuffix("[[10  0]\n [ 0 10]]\n"))
  }

  @Test func `a saved probe names the classes of new samples`() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path)
    let saving = Captured.run(
      "probe", folder.path, "--protocol", "calibrated", "--plain", "--save",
      "\(folder.path)/probe")
    #expect(saving.code == .success)
    let run = Captured.run(
      "predict", "\(folder.path)/probe", "--features", "\(folder.path)/test_features.npy",
      "--files", "\(folder.path)/test_files.txt", "--output", "\(folder.path)/new.csv")
    #expect(run.code == .success && run.output.isEmpty)
    #expect(
      run.error
        == "\(folder.path)/test_features.npy: 20 samples of 2 features, in 2 "
        + "classes: left, right\n")
    let lines = try folder.text("new.csv").split(separator: "\n")
    #expect(lines.count == 21)
    #expect(lines[0] == "file,prediction,left,right")
    #expect(lines[1].hasPrefix("\"images/0, \"\"0\"\".png\",left,0."))
    #expect(lines[2].hasPrefix("\"images/1, \"\"1\"\".png\",right,0."))
  }

  @Test func `what is missing or does not fit is named in one line`() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path)
    let cases: [([String], ExitCode, String)] = [
      (["probe"], .usage, "a folder of features"),
      (["probe", "--train-features", "x.npy"], .usage, "--train-labels"),
      (["probe", folder.path, "--train-features", "x.npy"], .usage, "both a folder and files"),
      (["probe", folder.path, "--protocol", "knn", "--save", "p"], .usage, "--save"),
      (["probe", folder.path, "--protocol", "linear"], .usage, "linear"),
      (["probe", "/none"], .input, "/none/train_features.npy"),
      (["probe", folder.path, "--C", "-1"], .usage, "'--C' cannot be '-1': give a number above 0"),
      (["probe", folder.path, "--tol", "0"], .usage, "'--tol' cannot be '0'"),
      (["probe", folder.path, "--temperature", "0"], .usage, "'--temperature' cannot be '0'"),
      (["predict"], .usage, "the folder of a probe"),
      (["predict", "/none", "--features", "x.npy"], .input, "/none/probe.json"),
    ]
    for (arguments, code, text) in cases {
      let run = Captured.run(arguments)
      #expect(run.code == code, "\(arguments)")
      let line = run.error.split(separator: "\n").last ?? ""
      #expect(line.hasPrefix("relic: ") && line.contains(text), "\(arguments): \(run.error)")
    }
  }

  @Test func `scores are printed even if the probe cannot be saved`() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path)
    let run = Captured.run("probe", folder.path, "--save", "/dev/null/probe")
    #expect(run.code == .output)
    #expect(run.error.contains("relic: /dev/null/probe: cannot be written"))
    #expect(run.output.contains("LogisticRegression   100.00"))
  }

  @Test func `a place where nothing can be saved is told before the work`() throws {
    let folder = try TemporaryFolder()
    try Self.write(to: folder.path + "/f")
    let file = folder.path + "/f/features.json"
    let place = folder.path + "/none/x.csv"
    for (arguments, code, reason) in [
      (["probe", folder.path + "/f", "--save", file], ExitCode.usage, "\(file)' is no folder"),
      (["predict", "/none", "x.npy", "--output", place], .output, "\(place): cannot be written"),
      (["search", "/none", "--output", place], .output, "\(place): cannot be written"),
    ] {
      let captured = Captured.run(arguments)
      #expect(captured.code == code && captured.error.contains(reason), "\(captured)")
      #expect(captured.output == "")
    }
  }

  @Test func `all classes of the fit are counted`() throws {
    let folder = try TemporaryFolder()
    let one = Self.samples(1)
    try FeatureFolder(train: Self.samples(60), test: one).write(to: folder.path)
    #expect(
      Captured.run("probe", folder.path).output.hasPrefix(
        "60 training and 1 test samples of 2 features, 2 classes\n"))
  }

  @Test func `features that allow no fit are named`() throws {
    let folder = try TemporaryFolder()
    let test = Self.samples(20)
    let strangers = LabeledFeatures(features: test.features, labels: test.labels?.map { $0 + 2 })
    try FeatureFolder(train: Self.samples(60), test: strangers).write(to: folder.path)
    for method in ["logistic", "calibrated", "knn"] {
      #expect(
        Captured.run("probe", folder.path, "--protocol", method)
          == Captured(
            error: "relic: \(folder.path): no test sample is of a class that training samples "
              + "have; label both alike\n", code: .input))
    }
    try Self.write(to: folder.path)
    #expect(Captured.run("probe", folder.path, "--save", folder.path + "/p").code == .success)
    let wide = Features(rows: 1, columns: 3, elements: [1, 2, 3] as [Float])
    try FeatureFolder(
      train: LabeledFeatures(features: wide, labels: [0]),
      test: LabeledFeatures(features: wide, labels: [0])
    ).write(to: folder.path + "/wide")
    let file = folder.path + "/wide/test_features.npy"
    #expect(
      Captured.run("predict", folder.path + "/p", "--features", file).error.hasPrefix(
        "relic: \(file): the samples have 3 features but the probe was fitted to 2"))
  }
}
