import Synchronization
import Testing

@testable import RelicNN

@Suite struct RowPassTests {
  /// The chunks of a pass in the order of their index.
  private func chunks(_ pass: RowPass) -> [(block: Int, rows: Range<Int>)] {
    let found = Mutex<[Int: (block: Int, rows: Range<Int>)]>([:])
    var rows = Tensor(zeros: [pass.rows])
    pass.forEachChunk(writing: &rows) { chunk, _ in
      found.withLock { $0[chunk.index] = (chunk.block, chunk.rows) }
    }
    return found.withLock { found in found.sorted { $0.key < $1.key }.map(\.value) }
  }

  @Test(arguments: [(12, 5, 1), (12, 5, 2), (12, 1, 3), (7, 100, 7), (8, 4, 2), (1, 1, 1)])
  func `chunks cover every row once and cross no block`(rows: Int, grain: Int, blocks: Int) {
    let pass = RowPass(rows: rows, grain: grain, blocks: blocks)
    let chunks = chunks(pass)
    #expect(chunks.count == pass.chunks)
    #expect(chunks.flatMap { Array($0.rows) } == Array(0..<rows))
    for chunk in chunks {
      #expect(!chunk.rows.isEmpty && chunk.rows.count <= grain)
      #expect(chunk.rows.allSatisfy { $0 * blocks / rows == chunk.block })
    }
  }

  @Test func `each chunk gets its own rows of tensors of any width`() {
    let x = Tensor((0..<14).map(Float.init), shape: [7, 2])
    var y = Tensor(repeating: -1, shape: [7, 3])
    RowPass(rows: 7, grain: 2).forEachChunk(reading: x, writing: &y) { chunk, x, y in
      for row in 0..<chunk.rows.count {
        for column in 0..<3 { y[3 * row + column] = x[2 * row] + x[2 * row + 1] }
      }
    }
    let expected = (0..<7).flatMap { row in [Float](repeating: Float(4 * row + 1), count: 3) }
    #expect(y.scalars == expected)
  }

  @Test(arguments: [1, 2, 7, 20])
  func `mapped rows come in order, whatever the chunks`(_ grain: Int) {
    let x = Tensor((0..<14).map(Float.init), shape: [7, 2])
    var y = Tensor(repeating: -1, shape: [7, 1])
    let sums = RowPass(rows: 7, grain: grain).mapRows(reading: x, writing: &y) { row, x, y in
      y[0] = Float(row)
      return x[0] + x[1]
    }
    #expect(sums == (0..<7).map { row in Float(4 * row + 1) })
    #expect(y.scalars == (0..<7).map { row in Float(row) })
  }

  @Test(arguments: [1, 2, 7, 20])
  func `a chunk has its rows of every block of every tensor`(_ grain: Int) {
    var tensors = [Tensor(zeros: [3, 7, 2]), Tensor(zeros: [1, 7])]
    let chunks = RowPass(rows: 7, grain: grain).mapChunks(writing: &tensors) { chunk, written in
      for row in chunk.rows {
        for block in 0..<3 {
          written.write(row, ofBlock: block, ofTensor: 0) { elements in
            for index in elements.indices { elements[index] = Float(100 * block + row) }
          }
        }
        written.write(row, ofBlock: 0, ofTensor: 1) { $0[0] = Float(-row) }
      }
      return chunk.rows
    }
    #expect(chunks.flatMap { Array($0) } == Array(0..<7))
    let expected = (0..<3).flatMap { block in
      (0..<7).flatMap { row in [Float](repeating: Float(100 * block + row), count: 2) }
    }
    #expect(tensors[0].scalars == expected)
    #expect(tensors[1].scalars == (0..<7).map { row in Float(-row) })
  }

  @Test func `a chunk cannot write a row of another`() async {
    await #expect(processExitsWith: .failure) {
      var tensors = [Tensor(zeros: [2, 4])]
      _ = RowPass(rows: 4, grain: 2).mapChunks(writing: &tensors) { chunk, written in
        written.write(2, ofBlock: 1, ofTensor: 0) { $0[0] = 1 }
      }
    }
  }

  @Test func `a tensor that is shared is copied before it is written`() {
    let x = Tensor([1, 2, 3], shape: [3])
    var y = x
    RowPass(elementsOf: x).forEachChunk(reading: x, writing: &y) { _, x, y in
      for index in y.indices { y[index] = 10 * x[index] }
    }
    #expect(x.scalars == [1, 2, 3])
    #expect(y.scalars == [10, 20, 30])
  }

  @Test func `a pass over nothing does nothing`() {
    var empty = Tensor(zeros: [0])
    RowPass(elementsOf: empty).forEachChunk(writing: &empty) { _, _ in
      Issue.record("a chunk of nothing")
    }
  }
}
