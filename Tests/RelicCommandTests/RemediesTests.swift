import RelicNN
import Testing

@testable import relic

@Suite struct RemediesTests {
  @Test(
    arguments: [
      (
        DatasetError.missing(dataset: "stl10", path: "d/x.bin"),
        "name the folder that holds stl10 by --dataset-path, or have it filled by 'relic "
          + "download stl10 --dataset-path FOLDER'"
      ),
      (.missing(dataset: "food101", path: "d/train.txt"), "unpack the whole archive"),
      (
        .noImages(path: "d", others: FileCounts()),
        "name a folder of images, or of class folders that hold some"
      ),
      (.noTestFolder(path: "d/test"), "put the images to test on in a folder of that name"),
      (.wrongSize(path: "d/x.bin", found: 1, expected: 2), "replace it by a whole copy"),
    ])
  func `a fact about a data set and what can be done make one line`(
    _ error: DatasetError, _ remedy: String
  ) { #expect(Remedies.message(for: error) == "\(error); \(remedy)") }

  @Test(
    arguments: [
      (
        DownloadError.foreign(address: "http://x/a", type: "text/html", size: 12),
        "http://x/a: the server sends something else than the archive (text/html, 12 bytes); open "
          + "it in a browser, as a network may ask for a login, or try --mirror"
      ),
      (
        .foreign(address: "http://x/a", type: nil, size: nil),
        "http://x/a: the server sends something else than the archive; open it in a browser, as a "
          + "network may ask for a login, or try --mirror"
      ),
      (
        .differs(address: "http://x/a", path: "d/a.partial", offset: 7),
        "http://x/a: sends other bytes than d/a.partial holds, from byte 7 on; remove that file to "
          + "begin anew, or try --mirror"
      ),
      (
        .busy(address: "http://x/a", status: 503, seconds: 900),
        "http://x/a: the server answered with status 503 and asks to wait 900 seconds; run it again "
          + "later, or try --mirror"
      ),
      (
        .inUse(path: "d"),
        "d: another process is writing to it; wait for its end, or name another folder"
      ),
    ])
  func `a download's end and what can be done make one line`(
    _ error: DownloadError, _ line: String
  ) {
    #expect(Remedies.message(for: error) == line)
    #expect(ExitCode(for: error) == (error == .inUse(path: "d") ? .output : .input))
  }

  @Test func `an error without a remedy stands alone`() {
    let error = DatasetError.unreadable(path: "d/list.txt", reason: "'x' names no class folder")
    #expect(Remedies.message(for: error) == error.description)
    #expect(Remedies.message(for: Interruption(description: "stopped")) == "stopped")
  }

  @Test func `what a file or a user brings in neither breaks the line nor reaches the terminal`() {
    let error = UsageError.conflict(
      "no data set is called 'a\nb\u{1b}[2J\u{9b}é'", remedy: "give one")
    #expect(
      Remedies.message(for: error)
        == "no data set is called 'a\\x0ab\\x1b[2J\\x9bé'; give one")
  }

  @Test func `a run whose loss is not finite can be started anew`() {
    let error = PretrainingError.lossNotFinite(step: 7, loss: .infinity)
    #expect(
      Remedies.message(for: error)
        == "the loss became inf at step 7; start anew with a lower --learning-rate, or by "
        + "--ckpt-path from the weights of the last checkpoint, if the run has kept one")
  }
}
