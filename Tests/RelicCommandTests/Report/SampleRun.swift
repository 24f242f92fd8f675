import Foundation

@testable import RelicNN
@testable import relic

/// A run folder with everything but weights.
enum SampleRun {
  /// Writes the folder: `steps` lines of metrics with scores now and then, and an evaluation.
  static func write(
    _ path: String, steps: Int, isScored: Bool = true,
    classNames: [String] = ["cat", "dog", "ship"]
  ) throws {
    let run = RunFolder(path: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var options = RunOptions()
    options.datasetName = .shapes
    options.imageSize = 32
    try run.write(options)
    var lines: [String] = []
    for step in 0..<steps {
      var line = #"{"epoch":1,"gamma":0.99,"kl":0.1,"learning_rate":0.001,"logit_scale":2,"#
      line += #""loss":\#(5 - Double(step) / 1000),"seconds":\#(step),"step":\#(step + 1)"#
      if step % 10 == 0 { line += #","spread":0.9,"top1":0.5,"top5":0.75"# }
      lines.append(line + "}")
      if step % 50 == 0 {
        lines.append(
          #"{"eval_knn_top1":0.3,"eval_seconds":1,"eval_top1":0.4,"step":\#(step + 1)}"#)
      }
    }
    try lines.joined(separator: "\n").write(
      toFile: run.metricsPath, atomically: true, encoding: .utf8)
    guard isScored else { return }
    try evaluation(classNames).write(
      toFile: run.evaluationPath, atomically: true, encoding: .utf8)
  }

  /// Counts of which most are right, and of the rest most are of the next class.
  static func counts(classes: Int) -> [[Int]] {
    (0..<classes).map { row in
      (0..<classes).map { $0 == row ? 100 + row : $0 == (row + 1) % classes ? 20 + row : row % 3 }
    }
  }

  private static func evaluation(_ classNames: [String]) throws -> String {
    let names = String(decoding: try JSONEncoder().encode(classNames), as: UTF8.self)
    let counts = counts(classes: classNames.count)
    return """
      {"blas_core":"Core","class_names":\(names),"confusion_matrix":\(counts),"feature_dim":512,
      "features":{"dataset":"shapes","encoder":"run","epochs":1,"model":"resnet18"},
      "iterations":100,"labels":\(Array(classNames.indices)),"log_loss":1.2,"protocol":"calibrated",
      "scaling":"none","seconds":3.5,"settings":{"C":1,"class_weight":"uniform",
      "convention":"current","fit_intercept":true,"max_iter":100,"tol":0.0001},
      "status":"iteration_limit","test_count":10000,"top1":0.6869,"train_count":50000,
      "train_top1":0.7,"version":"0.1.0","warnings":["the fit has not converged"],
      "others":[{"blas_core":"Core","class_names":\(names),"confusion_matrix":\(counts),
      "feature_dim":512,"labels":\(Array(classNames.indices)),"log_loss":1.1,"protocol":"knn",
      "neighbors":{"neighbors":20,"temperature":0.07},"seconds":3.5,"test_count":10000,
      "top1":0.6,"train_count":50000}]}
      """
  }
}
