internal import Foundation

/// Memory for blocks of floats, handed out again when they are freed.
///
/// Large blocks are cut from regions of address space where they fit best and joined with their free
/// neighbours afterwards, so that what is touched stays near the most that was ever in use. Small
/// ones are kept by size.
package final class BlockPool: Sendable {
  package static let shared = BlockPool()

  /// A free stretch of a region, in floats.
  // Sendable: what is free belongs to the pool alone, which is behind a mutex.
  @safe private struct Stretch: @unchecked Sendable {
    var start: UnsafeMutablePointer<Float>
    var count: Int

    var end: UnsafeMutablePointer<Float> { unsafe start + count }
  }

  private struct State {
    /// Free stretches by rising address, no two of which touch.
    var stretches: [Stretch] = []
    /// Free small blocks by capacity.
    var small: [Int: [Stretch]] = [:]
    /// All address space that large blocks are cut from.
    var regions: [Stretch] = []
  }

  private let state = Locked(State())

  package init() {}

  // All blocks are back: whoever holds one holds the pool.
  deinit {
    state.withLock { state in
      for block in state.small.values.joined() { unsafe free(block.start) }
      for region in state.regions {
        unsafe munmap(region.start, region.count * MemoryLayout<Float>.stride)
      }
    }
  }

  /// Blocks of at least this many floats are cut from regions.
  private static let large = 4096

  /// The address space of a region, in bytes; only what is touched takes memory.
  private static let region = 64 << 30

  /// Returns the capacity that serves `count` floats: whole cache lines, whole pages of large blocks.
  package static func roundedUp(_ count: Int) -> Int {
    let granule = count >= large ? 1024 : 16
    return (count + granule - 1) / granule * granule
  }

  /// Returns a block of a capacity that `roundedUp` gave, at a multiple of 64 bytes.
  package func take(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let block = state.withLock { state in
      capacity < Self.large
        ? state.small[capacity]?.popLast() : Self.bestFit(capacity, &state.stretches)
    }
    if let block { return unsafe block.start }
    guard capacity >= Self.large else { return unsafe Self.allocate(capacity) }
    let added = Self.reserve(capacity)
    return unsafe state.withLock { state in
      state.regions.append(added)
      Self.insert(added, into: &state.stretches)
      guard let block = Self.bestFit(capacity, &state.stretches) else {
        preconditionFailure("a new region has no room for \(capacity) floats")
      }
      return block
    }.start
  }

  /// Takes back a block and its capacity.
  package func give(_ address: UnsafeMutablePointer<Float>, _ capacity: Int) {
    let block = unsafe Stretch(start: address, count: capacity)
    state.withLock { state in
      if capacity < Self.large {
        state.small[capacity, default: []].append(block)
      } else {
        Self.insert(block, into: &state.stretches)
      }
    }
  }

  /// Cuts a block from the smallest stretch that holds it, the lowest of several.
  private static func bestFit(_ capacity: Int, _ stretches: inout [Stretch]) -> Stretch? {
    var best: Int?
    for (index, stretch) in stretches.enumerated() where stretch.count >= capacity {
      if stretch.count < (best.map { stretches[$0].count } ?? .max) { best = index }
    }
    guard let best else { return nil }
    let block = unsafe Stretch(start: stretches[best].start, count: capacity)
    unsafe stretches[best].start += capacity
    stretches[best].count -= capacity
    if stretches[best].count == 0 { stretches.remove(at: best) }
    return block
  }

  /// Puts a stretch in its place and joins it with those it touches.
  private static func insert(_ stretch: Stretch, into stretches: inout [Stretch]) {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if unsafe stretches[middle].start < stretch.start { low = middle + 1 } else { high = middle }
    }
    var joined = stretch
    if low < stretches.count, unsafe joined.end == stretches[low].start {
      joined.count += stretches.remove(at: low).count
    }
    if low > 0, unsafe stretches[low - 1].end == joined.start {
      stretches[low - 1].count += joined.count
    } else {
      stretches.insert(joined, at: low)
    }
  }

  /// Returns a new region: as much address space as the system gives, at least the capacity.
  private static func reserve(_ capacity: Int) -> Stretch {
    let needed = capacity * MemoryLayout<Float>.stride
    var bytes = max(region, needed)
    while true {
      let address = unsafe mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      if let address = unsafe address, unsafe address != MAP_FAILED {
        unsafe madvise(address, bytes, MADV_HUGEPAGE)
        let count = bytes / MemoryLayout<Float>.stride
        return unsafe Stretch(
          start: address.bindMemory(to: Float.self, capacity: count), count: count)
      }
      precondition(bytes > needed, "out of memory: \(needed) bytes")
      bytes = max(bytes / 2, needed)
    }
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let bytes = capacity * MemoryLayout<Float>.stride
    var address: UnsafeMutableRawPointer?
    let status = unsafe posix_memalign(&address, 64, bytes)
    guard status == 0, let block = unsafe address else {
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    return unsafe block.bindMemory(to: Float.self, capacity: capacity)
  }
}

/// A value behind a lock that the thread sanitizer sees, as it does not see `Mutex` on Linux: what one
/// thread has done to a block comes before what the next one to take it does.
// Sendable: the value is reached between lock and unlock alone.
private final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}
