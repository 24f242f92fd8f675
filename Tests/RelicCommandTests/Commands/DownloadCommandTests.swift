import Foundation
import TestSupport
import Testing

@testable import relic

@Suite struct DownloadCommandTests {
  @Test func `what cannot be downloaded is refused by name`() {
    #expect(
      Captured.run("download").error
        == "relic: the data set's name is missing; see 'relic download --help'\n")
    #expect(
      Captured.run("download", "shapes").error
        == "relic: shapes is not published as one archive; get it from its authors, and "
        + "name its folder to other commands by --dataset-path\n")
    #expect(Captured.run("download", "shapes").code == .usage)
    #expect(
      Captured.run("download", "cifar")
        == Captured(
          error: "relic: no data set is called 'cifar'; give cifar10 or stl10\n", code: .usage))
    #expect(
      Captured.run("download", "cifar10", "stl10").error
        == "relic: unexpected argument 'stl10'; see 'relic download --help'\n")
  }

  @Test func `an archive that is not the official one is not unpacked`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.tar.gz"
    try "not an archive".write(toFile: path, atomically: true, encoding: .utf8)
    let captured = Captured.run(
      "download", "cifar10", "--archive", path, "--dataset-path", folder.path + "/data")
    #expect(captured.code == .input)
    #expect(captured.error.hasPrefix("relic: \(path): its md5 is "))
    #expect(captured.error.contains("c32a1d4ab5d03f1284b67883e8d87530"))
    #expect(try folder.names() == ["a.tar.gz"])
  }
}
