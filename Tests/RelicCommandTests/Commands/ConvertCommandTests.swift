import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct ConvertCommandTests {
  private func fixture(_ name: String) -> String { Fixtures.path("formats/" + name) }

  @Test func `the reference's encoder gets torchvision's names`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/encoder.safetensors"
    let captured = Captured.run("convert", fixture("encoder.pth"), path)
    #expect(captured == Captured(output: "\(path): 60 arrays\n"))
    let dict = try Safetensors.read(path)
    #expect(dict.names.contains("layer1.0.bn1.running_var"))
    #expect(try dict["conv1.weight"] == WeightFile.read(fixture("encoder.pth"))["0.weight"])
  }

  @Test func `the target encoder is cut out of the reference's model`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/encoder.safetensors"
    #expect(
      Captured.run("convert", fixture("relic_model.pth"), path, "--encoder-only").code == .success)
    let dict = try Safetensors.read(path)
    #expect(dict.names.count == 50)
    #expect(
      try dict["conv1.weight"]
        == WeightFile.read(fixture("relic_model.pth"))["target_encoder.0.0.weight"])
  }

  @Test func `a whole model of ReLIC gets the reference's names, as an encoder does on request`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    #expect(Captured.run("convert", fixture("relic_model.pth"), path).code == .success)
    let names = try Safetensors.read(path).names
    #expect(try Set(names) == Set(WeightFile.read(fixture("relic_model.pth")).names))
    #expect(names.contains("online_encoder.0.4.0.conv1.weight"))
    let encoder = folder.path + "/encoder.safetensors"
    #expect(
      Captured.run("convert", fixture("torchvision.pth"), encoder, "--encoder-only").code
        == .success)
    #expect(Captured.run("convert", encoder, path, "--names", "reference").code == .success)
    let written = try Safetensors.read(path).names
    #expect(
      try Set(written)
        == Set(
          WeightFile.read(fixture("encoder.pth")).names.filter {
            !$0.hasSuffix("num_batches_tracked")
          }))
  }

  @Test func `a name that promises another format is refused`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run("convert", fixture("encoder.pth"), folder.path + "/x.pth")
    #expect(captured.code == .usage)
    #expect(captured.error.contains("give a name that ends in .safetensors"))
    #expect(try folder.names() == [])
  }

  @Test func `names are kept on request`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/all.safetensors"
    #expect(Captured.run("convert", "--keep-names", fixture("parallel.pth"), path).code == .success)
    #expect(try Safetensors.read(path)["module.0.weight"] != nil)
  }

  @Test func `a file that is no weight file is refused and nothing is written`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run("convert", #filePath, folder.path + "/x")
    #expect(captured.code == .input)
    #expect(
      captured.error
        == "relic: \(#filePath): is neither safetensors nor a PyTorch file of torch.save\n")
    #expect(try folder.names() == [])
    #expect(Captured.run("convert", "/no/file", "x").code == .input)
    #expect(
      Captured.run("convert", fixture("encoder.pth"), folder.path + "/out.pth")
        == Captured(
          error: "relic: '\(folder.path)/out.pth' would hold a .safetensors file; give a name that "
            + "ends in .safetensors\n", code: .usage))
    #expect(try folder.names() == [])
    #expect(Captured.run("convert", fixture("encoder.pth"), "/no/folder/x").code == .output)
  }

  @Test func `missing and surplus operands are told`() {
    #expect(
      Captured.run("convert", "a").error
        == "relic: the file to read or the file to write is missing; see 'relic convert --help'\n")
    #expect(
      Captured.run("convert", "a", "b", "c").error
        == "relic: unexpected argument 'c'; see 'relic convert --help'\n")
  }
}
