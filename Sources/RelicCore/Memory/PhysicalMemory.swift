internal import Foundation

/// The memory of the machine.
package enum PhysicalMemory {
  /// What this process can have at most, in bytes: the machine's, or its container's if that is
  /// less.
  package static var bytes: Int {
    let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(machine, limit(in: "/sys/fs/cgroup/memory.max") ?? machine)
  }

  /// Returns the limit that a control group's file sets, or `nil` if it sets none.
  static func limit(in path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return Int(text.filter { !$0.isWhitespace })
  }
}
