import Dispatch
import Synchronization
import Testing

@testable import RelicCore

@Suite struct BlockPoolTests {
  @Test func `blocks in use lie apart, at cache lines, whoever takes them`() {
    let pool = BlockPool()
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      var random = Philox(seed: 3, purpose: .drawing, sample: worker)
      var held = unsafe [(block: UnsafeMutablePointer<Float>, capacity: Int, mark: Float)]()
      for step in 0..<2_000 {
        if unsafe held.count > 20 {
          let (block, capacity, mark) = unsafe held.remove(at: random.integer(below: held.count))
          // Nobody else has written into the block meanwhile.
          let ends = unsafe (block[0], block[capacity - 1])
          #expect(ends == (mark, mark))
          unsafe pool.give(block, capacity)
        }
        let capacity = BlockPool.roundedUp(1 + random.integer(below: 40_000))
        let block = unsafe pool.take(capacity)
        let address = UInt(bitPattern: block)
        #expect(address % 64 == 0)
        let mark = Float(worker * 10_000 + step)
        unsafe (block[0], block[capacity - 1]) = (mark, mark)
        unsafe held.append((block, capacity, mark))
      }
      while let last = unsafe held.popLast() { unsafe pool.give(last.block, last.capacity) }
    }
  }

  @Test func `freed neighbours serve a larger block`() {
    let pool = BlockPool()
    let parts = unsafe (0..<8).map { _ in unsafe pool.take(8192) }
    let lowest = unsafe parts.map { UInt(bitPattern: $0) }.min()
    for index in [3, 0, 7, 1, 5, 2, 6, 4] { unsafe pool.give(parts[index], 8192) }
    let whole = unsafe pool.take(8 * 8192)
    let start = UInt(bitPattern: whole)
    #expect(start == lowest)
    unsafe pool.give(whole, 8 * 8192)
  }

  @Test(arguments: [1, 15, 16, 17, 4095, 4096, 4097, 1_000_000])
  func `a capacity holds what was asked for, and little more`(_ count: Int) {
    let capacity = BlockPool.roundedUp(count)
    #expect(capacity >= count && capacity < count + 1024 && capacity % 16 == 0)
    #expect(BlockPool.roundedUp(capacity) == capacity)
  }
}
