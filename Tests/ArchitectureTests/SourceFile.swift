import Foundation

/// A Swift file: the names it offers to other files, and those it uses.
///
/// A type is kept as `Name`, one within another as `.Name`, a function outside of types as `name(`
/// and what an extension adds to a type as `.name`: these are the ways others use them.
struct SourceFile {
  /// Below the target's folder: `Layers/Conv2D.swift`.
  let path: String
  /// Types that are no protocols.
  let ownTypes: Set<String>
  /// Every function and property of a type or extension, as `.name`.
  let members: Set<String>
  let used: Set<String>
  private let offered: Set<String>
  private let extensionMembers: [(type: String, name: String)]

  init(path: String, source: String) {
    self.path = path
    let tokens = SwiftTokens(source).tokens
    var declarations = Declarations()
    declarations.read(tokens)
    ownTypes = declarations.ownTypes
    members = declarations.members
    offered = declarations.offered
    extensionMembers = declarations.extensionMembers
    used = Self.uses(tokens)
  }

  /// The names that other folders may use, of a file in a folder that declares `ownTypes`.
  ///
  /// Members count where a file extends a protocol or a type of another folder: whoever uses other
  /// members has the type in hand.
  func offered(inFolderWith ownTypes: Set<String>) -> Set<String> {
    offered.union(extensionMembers.filter { !ownTypes.contains($0.type) }.map(\.name))
  }

  private static func uses(_ tokens: [String]) -> Set<String> {
    var used: Set<String> = []
    for (index, token) in tokens.enumerated() {
      let previous = index > 0 ? tokens[index - 1] : ""
      let next = index + 1 < tokens.count ? tokens[index + 1] : ""
      used.insert(token)
      if previous == "." { used.insert("." + token) }
      if next == "(", previous != ".", previous != "func" { used.insert(token + "(") }
    }
    return used
  }
}

/// The declarations of a file that are not private.
private struct Declarations {
  private(set) var ownTypes: Set<String> = []
  private(set) var offered: Set<String> = []
  private(set) var members: Set<String> = []
  private(set) var extensionMembers: [(type: String, name: String)] = []
  private var scopes: [Scope] = []
  private var opening = Scope.other

  private enum Scope: Equatable {
    case type
    case extended(String)
    case other
  }

  mutating func read(_ tokens: [String]) {
    for (index, token) in tokens.enumerated() {
      let next = index + 1 < tokens.count ? tokens[index + 1] : ""
      switch token {
      case "{":
        scopes.append(opening)
        opening = .other
      case "}": _ = scopes.popLast()
      case "struct", "class", "enum", "protocol", "actor", "typealias":
        guard next.first?.isUppercase ?? false, !scopes.contains(.other) else { continue }
        if token != "typealias" { opening = .type }
        if token != "protocol" { ownTypes.insert(next) }
        if !Self.isPrivate(tokens[..<index]) { offered.insert(scopes.isEmpty ? next : "." + next) }
      case "extension": opening = .extended(next)
      case "func", "var", "let": readMember(next, isFunction: token == "func", tokens[..<index])
      default: continue
      }
    }
  }

  private mutating func readMember(
    _ name: String, isFunction: Bool, _ before: ArraySlice<String>
  ) {
    if isFunction { opening = .other }
    if scopes.contains(.other) || Self.isPrivate(before) { return }
    if !scopes.isEmpty { members.insert("." + name) }
    switch scopes.last {
    case nil where isFunction: offered.insert(name + "(")
    case .extended(let type) where scopes.count == 1: extensionMembers.append((type, "." + name))
    default: return
    }
  }

  private static func isPrivate(_ before: ArraySlice<String>) -> Bool {
    let modifiers: Set = [
      "public", "package", "internal", "final", "indirect", "static", "mutating", "nonisolated",
      "private", "fileprivate",
    ]
    let own = before.reversed().prefix { modifiers.contains($0) }
    return own.contains("private") || own.contains("fileprivate")
  }
}
