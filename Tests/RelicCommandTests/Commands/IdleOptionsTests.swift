import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// Options that would mean nothing beside others, which nobody would notice.
@Suite struct IdleOptionsTests {
  @Test(arguments: [
    (["probe", "f", "--neighbors", "5"], "'--neighbors' is for '--protocol knn'"),
    (["probe", "f", "--protocol", "knn", "-C", "0.1"], "'--C' is for logistic regressions"),
    (["probe", "f", "--protocol", "knn", "--plain"], "'--plain' is for logistic regressions"),
    (["probe", "f", "--plain"], "'--plain' is for '--protocol calibrated'"),
    (["evaluate", "r", "-C", "5", "--sweep", "clip"], "'--C' is what '--sweep' chooses"),
    (["evaluate", "r", "--json", "--format", "csv"], "'--format' is given beside '--json'"),
    (["evaluate", "r", "--cache-limit", "5"], "is for the folder that '--cache' names"),
    (["probe", "f", "--json", "--report"], "'--report' is text"),
    (["extract", "--raw-pixels", "-m", "resnet50"], "'--encoder-model-name' is for encoders"),
    (["extract", "--random-init", "--network", "online"], "'--network' is for trained encoders"),
    (["extract", "r", "--seed", "7"], "'--seed' is for the random weights of '--random-init'"),
    (["extract", "--random-init", "--encoder", "a.pth"], "'--encoder' is the file a.pth"),
    (["predict", "p", "f", "--json", "--output", "a.csv"], "give a name that ends in .json"),
    (["search", "f", "--rows", "3"], "'--rows' is for the images of '--sheet'"),
    (["report", "r", "--no-images", "--points", "9"], "'--points' is for the images that"),
    (["report", "r", "--no-images", "--controls"], "'--controls' is for the images that"),
    (["download", "cifar10", "--archive", "a", "--mirror", "b"], "'--mirror' is for archives"),
    (["pretrain", "--use-siglip", "--tau", "5"], "'--tau' is of the cross-entropy"),
    (["pretrain", "--tau", "5", "--logit-scale", "2"], "'--logit-scale' is the start of"),
    (["pretrain", "--lr-decay-start", "0.5"], "is for '--lr-schedule cosine'"),
    (["pretrain", "--logit-scale", "10"], "is 10.0, and the loss limits the scale to 5.0"),
    (["pretrain", "--use-siglip", "--logit-scale", "20"], "limits the scale to 15.0"),
    (["pretrain", "p", "--dataset-name", "shapes"], "is shapes, which the program draws"),
    (["views", "p", "--dataset-name", "shapes"], "is shapes, which the program draws"),
    (["views", "p", "--dataset-path", "q"], "'--dataset-path' is given beside the folder 'p'"),
  ])
  func `options that say nothing are refused`(arguments: [String], reason: String) {
    let captured = Captured.run(arguments)
    #expect(captured.code == .usage)
    #expect(captured.error.contains(reason), "\(captured.error)")
    #expect(captured.output == "" && captured.error.count { $0 == "\n" } == 1)
  }

  @Test func `a recipe's scale gives way to a temperature`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    #expect(photos.pretrain("--recipe", "tuned", "--tau", "5").code == .success)
  }
}
