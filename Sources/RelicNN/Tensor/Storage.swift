internal import Foundation
internal import Synchronization

/// A block of floats that goes back to a pool when its last owner lets go.
///
/// A class because identity is wanted: tensors share a block until one of them writes. Fresh pages
/// cost more than the arithmetic of a small layer, so freed blocks are kept and handed out again.
// Sendable: a block is written only through Tensor, which copies it first unless it is the only
// owner, so no two threads can write, or read and write, the same block.
@safe final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  private let capacity: Int

  /// Creates a block of `count` floats with arbitrary content.
  init(count: Int) {
    capacity = BlockPool.roundedUp(max(count, 1))
    unsafe pointer = BlockPool.shared.take(capacity)
  }

  deinit { unsafe BlockPool.shared.give(pointer, capacity) }
}

/// Freed blocks by capacity.
final class BlockPool: Sendable {
  static let shared = BlockPool()

  /// A free block's address; the pool is its only owner.
  @safe private struct Block: @unchecked Sendable { let address: UnsafeMutablePointer<Float> }

  private let free = Mutex<[Int: [Block]]>([:])

  /// Returns the capacity that serves `count` floats: at most an eighth more, in whole cache lines.
  static func roundedUp(_ count: Int) -> Int {
    let granule = max(16, (1 << (Int.bitWidth - count.leadingZeroBitCount)) / 16)
    return (count + granule - 1) / granule * granule
  }

  func take(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    if let block = free.withLock({ $0[capacity]?.popLast() }) { return unsafe block.address }
    let bytes = capacity * MemoryLayout<Float>.stride
    let page = 1 << 21
    var address: UnsafeMutableRawPointer?
    let status = unsafe posix_memalign(&address, bytes >= page ? page : 64, bytes)
    guard status == 0, let block = unsafe address else {
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    if bytes >= page { unsafe madvise(block, bytes, MADV_HUGEPAGE) }
    return unsafe block.bindMemory(to: Float.self, capacity: capacity)
  }

  func give(_ address: UnsafeMutablePointer<Float>, _ capacity: Int) {
    free.withLock { unsafe $0[capacity, default: []].append(Block(address: address)) }
  }
}
