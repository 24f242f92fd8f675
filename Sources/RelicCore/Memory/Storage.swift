/// A block of floats that goes back to a pool when its last owner lets go.
///
/// A class because identity is wanted: tensors share a block until one of them writes. Fresh pages
/// cost more than the arithmetic of a small layer, so freed blocks are kept and handed out again.
// Sendable: a block is written only through Tensor, which copies it first unless it is the only
// owner, so no two threads can write, or read and write, the same block.
@safe package final class Storage: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  private let capacity: Int

  /// Creates a block of `count` floats with arbitrary content.
  package init(count: Int) {
    capacity = BlockPool.roundedUp(max(count, 1))
    unsafe pointer = BlockPool.shared.take(capacity)
  }

  deinit { unsafe BlockPool.shared.give(pointer, capacity) }
}
