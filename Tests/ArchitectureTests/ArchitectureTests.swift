import Foundation
import Testing

/// The folders of each target stand in one order, and a file uses names of those above its own alone.
@Suite struct ArchitectureTests {
  private let map: ArchitectureMap
  private let targets: [(name: String, sources: SourceTarget)]

  init() throws {
    map = try ArchitectureMap()
    targets = try map.targets.map { name, folders in
      let root = ArchitectureMap.root.appendingPathComponent("Sources/" + name)
      return (name, try SourceTarget(root: root, order: folders))
    }
  }

  @Test func `every folder with Swift files stands on the map and holds some`() throws {
    let sources = ArchitectureMap.root.appendingPathComponent("Sources")
    let swift = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
      .filter { $0.hasSuffix(".swift") }
    #expect(
      Set(swift.compactMap { $0.split(separator: "/").first.map(String.init) })
        == Set(map.targets.map(\.name)))
    for (name, target) in targets {
      let folders = Set(target.files.map(target.folder))
      #expect(folders == Set(target.order), "Sources/\(name) and the map differ")
    }
  }

  @Test func `no file uses a name of a folder below its own`() {
    for (target, isUp, arrow) in arrows where isUp {
      Issue.record(
        "\(target)/\(arrow.file): \(arrow.name) is of \(arrow.usedFolder), which stands below it")
    }
  }

  @Test func `the map draws the arrows there are`() throws {
    let drawn = map.drawn { target, folder in
      let used = Set(
        arrows.filter { $0.target == target && $0.arrow.folder == folder }.map(\.arrow.usedFolder))
      return map.targets.first { $0.name == target }?.folders.filter(used.contains) ?? []
    }
    if ProcessInfo.processInfo.environment["RELIC_DRAW_MAP"] != nil {
      return try map.write(drawn)
    }
    let (old, new) = (map.text.components(separatedBy: "\n"), drawn.components(separatedBy: "\n"))
    for (line, change) in zip(old, new) where line != change {
      Issue.record(
        "docs/ARCHITECTURE.md has\n\(line)\nwhere the code has\n\(change)\n'make map' draws it")
    }
  }

  /// Raw memory and C kernels, then what reads and writes formats, and calls of C libraries and of
  /// the system.
  private static let unsafePlaces = [
    "RelicCore/", "RelicMPI/", "RelicNN/Tensor/", "RelicNN/Kernels/", "LinearProbe/Regression/",
    "LinearProbe/Neighbors/UnitRows.swift", "LinearProbe/Neighbors/NearestSelection.swift",
    "LinearProbe/Features/Features.swift", "LinearProbe/Features/Elements.swift",
    "LinearProbe/Features/NPY/", "LinearProbe/Projection/",
    "RelicNN/Weights/",
    "RelicNN/Images/Codecs/",
    "RelicNN/Datasets/Fetching/", "relic/Runs/", "relic/Terminal/Console.swift",
  ]

  @Test func `unsafe is said in few places`() {
    for (target, sources) in targets {
      for file in sources.files where file.used.contains("unsafe") {
        let path = "\(target)/\(file.path)"
        #expect(
          Self.unsafePlaces.contains(where: path.hasPrefix),
          "\(path) says unsafe; what it does belongs into a kernel, a pass or RelicCore")
      }
    }
  }

  private var arrows: [(target: String, isUp: Bool, arrow: SourceTarget.Arrow)] {
    targets.flatMap { name, target in
      let others = targets.filter { $0.name != name }.map(\.sources)
      return target.arrows(beside: others).map { arrow in
        let own = target.order.firstIndex(of: arrow.folder) ?? 0
        let used = target.order.firstIndex(of: arrow.usedFolder) ?? 0
        return (name, used > own, arrow)
      }
    }
  }
}
