import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct SearchCommandTests {
  /// Four directions in the plane, of two classes; `d` is the opposite of `a`.
  private static func write(
    _ path: String, files: [String]? = ["a.png", "x, \"b\".png", "c\u{1b}[31m.png", "d.png"],
    test: [Float] = [0, 5, 4, 3]
  ) throws {
    var origin = FeatureDescription(encoder: "raw pixels", dataset: "folder")
    origin.classNames = ["left", "right"]
    let train = LabeledFeatures(
      features: Features(rows: 4, columns: 2, elements: [2, 0, 0.6, 0.8, 0, 1, -3, 0] as [Float]),
      labels: [0, 1, 1, 0], files: files)
    let tested = LabeledFeatures(
      features: Features(rows: 2, columns: 2, elements: test), labels: [1, 0],
      files: files == nil ? nil : ["t0.png", "t1.png"])
    try FeatureFolder(train: train, test: tested, origin: origin).write(to: path)
  }

  @Test func `each sample has the others in the order of their cosines`() throws {
    let folder = try TemporaryFolder()
    try Self.write(folder.path + "/f")
    let captured = Captured.run("search", folder.path + "/f", "--neighbors", "2")
    #expect(captured.code == .success)
    #expect(
      captured.error == "\(folder.path)/f: 2 neighbours of each of 4 images, among 4\n")
    let b = "\"x, \"\"b\"\".png\""
    let c = "c\u{1b}[31m.png"
    #expect(
      captured.output == """
        query,rank,neighbor,similarity,query_class,neighbor_class
        a.png,1,\(b),0.600000,left,right
        a.png,2,\(c),0.000000,left,right
        \(b),1,\(c),0.800000,right,right
        \(b),2,a.png,0.600000,right,left
        \(c),1,\(b),0.800000,right,right
        \(c),2,a.png,0.000000,right,left
        d.png,1,\(c),0.000000,left,right
        d.png,2,\(b),-0.600000,left,right

        """)
  }

  @Test func `a terminal gets no commands from names`() {
    var shown = ""
    let texts = Captured.with { console in
      Console(write: console.write, writeError: console.writeError, isTerminal: true)
        .write(data: "a,\u{1b}[31m\nb\n")
    }
    shown = texts.output
    #expect(shown == "a,\\x1b[31m\nb\n")
  }

  @Test func `samples are looked for by name, or by row in a set without names`() throws {
    let folder = try TemporaryFolder()
    try Self.write(folder.path + "/f")
    try Self.write(folder.path + "/rows", files: nil)
    func lines(_ arguments: String...) -> [Substring] {
      Captured.run(["search", "-k", "1"] + arguments.map { $0.replacing("F", with: folder.path) })
        .output.split(separator: "\n").dropFirst().map(\.self)
    }
    #expect(
      lines("F/f", "d.png", "x, \"b\".png") == [
        "d.png,1,c\u{1b}[31m.png,0.000000,left,right",
        "\"x, \"\"b\"\".png\",1,c\u{1b}[31m.png,0.800000,right,right",
      ])
    #expect(lines("F/rows", "3") == ["3,1,2,0.000000,left,right"])
    #expect(
      lines("F/rows/train_features.npy", "1", "2") == ["1,1,2,0.800000", "2,1,1,0.800000"])
    #expect(
      lines("F/f", "--of", "test", "--among", "train") == [
        "t0.png,1,c\u{1b}[31m.png,1.000000,right,right",
        "t1.png,1,\"x, \"\"b\"\".png\",0.960000,left,right",
      ])
    #expect(
      lines("F/f", "--of", "test", "--among", "test").first?.hasPrefix("t0.png,1,t1.") == true)
    #expect(lines("F/f", "F/rows/train_features.npy").count == 4)
  }

  @Test func `JSON has the same with rows`() throws {
    struct Result: Decodable {
      struct Query: Decodable {
        struct Neighbor: Decodable {
          let image: String
          let row: Int
          let similarity: Double
        }
        let query: String
        let row: Int
        let neighbors: [Neighbor]
      }
      let among: String
      let count: Int
      let queries: [Query]
    }
    let folder = try TemporaryFolder()
    try Self.write(folder.path + "/f")
    let file = folder.path + "/found.json"
    let captured = Captured.run("search", folder.path + "/f", "d.png", "--output", file)
    #expect(captured.output == "" && captured.code == .success)
    let result = try JSONDecoder().decode(Result.self, from: folder.bytes("found.json"))
    #expect(result.count == 4 && result.among == folder.path + "/f")
    let query = try #require(result.queries.first)
    #expect(result.queries.count == 1 && query.query == "d.png" && query.row == 3)
    #expect(query.neighbors.map(\.row) == [2, 1, 0])
    #expect(query.neighbors.map(\.similarity) == [0, -0.6, -1])
    #expect(query.neighbors[1].image == "x, \"b\".png")
    let printed = Captured.run("search", folder.path + "/f", "d.png", "--json")
    #expect(printed.output == (try folder.text("found.json")))
  }

  @Test func `near-duplicates are listed by groups`() throws {
    let folder = try TemporaryFolder()
    try Self.write(folder.path + "/f")
    func output(_ threshold: String) -> String {
      Captured.run("search", folder.path + "/f", "--duplicates", "--threshold", threshold).output
    }
    let head = "group,image,similarity,class\n"
    let pair = "1,\"x, \"\"b\"\".png\",0.800000,right\n1,c\u{1b}[31m.png,0.800000,right\n"
    #expect(output("0.7") == head + pair)
    #expect(output("0.6") == head + "1,a.png,0.600000,left\n" + pair)
    #expect(output("0.9") == "group,image,similarity\n")
    let captured = Captured.run("search", folder.path + "/f", "--duplicates")
    #expect(
      captured.error == "\(folder.path)/f: 0 of 4 images in 0 groups of near-duplicates, "
        + "similarity at least 0.95\n")
  }

  @Test(arguments: [
    (["F/f", "--threshold", "0.5"], "'--threshold' is for '--duplicates'"),
    (["F/f", "a.png", "--duplicates"], "compares all samples, and a query is given"),
    (["F/f", "--duplicates", "-k", "2"], "compares all samples, and '--neighbors' is given"),
    (["F/f", "a.png", "--of", "test"], "both a query and '--of' are given"),
    (["F/f", "e.png"], "'e.png' is none of the 4 samples of "),
    (["F/rows", "4"], "give a row from 0 to 3 as "),
    (["F/f", "--dataset-path", "x"], "'--dataset-path' is for the images of '--sheet'"),
    (["F/f", "--encoder", "x"], "'--encoder' is for images, and '"),
    (["F/f", "--of", "test", "-b", "8"], "'--batch-size' is for images, and '"),
    (["F/f/train_features.npy", "--encoder", "x"], "train_features.npy' holds features"),
    (["F/f", "--sheet", "F/x.png", "-b", "8"], "'--batch-size' is for images, and '"),
    (["F/f", "--sheet", "x.jpg"], "give a name that ends in .png"),
    (["F/f", "--output", "x.txt"], "give a name that ends in .csv"),
    (["F/f/train_features.npy", "--of", "test"], "leave out --among and --of"),
    ([], "what to search is missing"),
  ])
  func `what does not go together is refused`(arguments: [String], reason: String) throws {
    let folder = try TemporaryFolder()
    try Self.write(folder.path + "/f")
    try Self.write(folder.path + "/rows", files: nil)
    let captured = Captured.run(
      ["search"] + arguments.map { $0.replacing("F/", with: folder.path + "/") })
    #expect(captured.code == .usage)
    #expect(captured.error.contains(reason), "\(captured.error)")
    #expect(captured.output == "" && captured.error.count { $0 == "\n" } == 1)
    #expect(try folder.names() == ["f", "rows"])
  }

  @Test func `features that cannot be compared are named`() throws {
    let folder = try TemporaryFolder()
    try Self.write(folder.path + "/f")
    func error(_ features: Features, _ arguments: String...) throws -> String {
      let samples = LabeledFeatures(features: features, labels: nil)
      try FeatureFolder(train: samples, test: samples).write(to: folder.path + "/g")
      let captured = Captured.run(["search"] + arguments.map { folder.path + "/" + $0 })
      #expect(captured.code == .input)
      return captured.error
    }
    let wide = Features(rows: 1, columns: 3, elements: [1, 2, 3] as [Float])
    #expect(
      try error(wide, "f", "g") == "relic: \(folder.path)/g: 3 features a sample, where those of "
        + "\(folder.path)/f have 2; use features of the same encoder\n")
    #expect(try error(wide, "g").contains("holds one sample and no other; name what to look for"))
    let broken = Features(rows: 2, columns: 2, elements: [1, 2, 3, .nan] as [Float])
    #expect(try error(broken, "g").contains("row 1, column 1 is NaN or infinite"))
    let none = Features(rows: 0, columns: 2, elements: [] as [Float])
    #expect(try error(none, "g").contains("holds no samples"))
  }
}
