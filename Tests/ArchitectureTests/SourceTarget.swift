import Foundation

/// The files of a target, and the arrows between its folders.
struct SourceTarget {
  /// One use of a name of another folder.
  struct Arrow: Hashable {
    let file: String
    let folder: String
    let usedFolder: String
    let name: String
  }

  /// Members of types of the standard library that files of this package also declare.
  private static let standardMembers: Set = [".load"]

  let files: [SourceFile]
  /// The folders of the map, each below those it may use.
  let order: [String]

  /// Reads the Swift files below `root`.
  init(root: URL, order: [String]) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    files = try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      SourceFile(
        path: name,
        source: try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8))
    }
    self.order = order
  }

  /// The folder of the map that holds a file, or the one it lies in if the map lacks it.
  func folder(of file: SourceFile) -> String {
    let parts = file.path.split(separator: "/").dropLast()
    let own = parts.isEmpty ? ArchitectureMap.topFiles : parts.joined(separator: "/") + "/"
    return order.filter { own.hasPrefix($0) }.max { $0.count < $1.count } ?? own
  }

  /// Every use of a name that one other folder alone declares.
  ///
  /// - Parameter others: The other targets, whose members of the same name make a use ambiguous.
  /// - Returns: The uses by file, then by name.
  func arrows(beside others: [SourceTarget]) -> [Arrow] {
    var homes: [String: Set<String>] = [:]
    for (folder, files) in Dictionary(grouping: files, by: folder) {
      let ownTypes = files.reduce(into: Set<String>()) { $0.formUnion($1.ownTypes) }
      for file in files {
        for name in file.offered(inFolderWith: ownTypes).union(file.members) {
          homes[name, default: []].insert(folder)
        }
      }
    }
    let foreign = others.flatMap(\.files).reduce(into: Self.standardMembers) {
      $0.formUnion($1.members)
    }
    let offered = self.offered
    return files.flatMap { file -> [Arrow] in
      let folder = folder(of: file)
      let names = file.used.intersection(offered).subtracting(foreign).sorted()
      return names.compactMap { name -> Arrow? in
        guard let home = homes[name], home.count == 1, let usedFolder = home.first,
          usedFolder != folder
        else { return nil }
        return Arrow(file: file.path, folder: folder, usedFolder: usedFolder, name: name)
      }
    }
  }

  private var offered: Set<String> {
    var offered: Set<String> = []
    for files in Dictionary(grouping: files, by: folder).values {
      let ownTypes = files.reduce(into: Set<String>()) { $0.formUnion($1.ownTypes) }
      for file in files { offered.formUnion(file.offered(inFolderWith: ownTypes)) }
    }
    return offered
  }
}
