/// A pass over the rows of tensors, on all workers.
///
/// A row is what the caller counts: an image, a pixel or an element. Every tensor of a pass consists
/// of as many equal rows. How they are cut into chunks, one for a task, depends on sizes alone, so
/// results do not depend on the number of workers.
struct RowPass {
  /// Consecutive rows that one task takes.
  struct Chunk {
    /// Counted over the pass.
    let index: Int
    /// The block the rows belong to.
    let block: Int
    let rows: Range<Int>
  }

  let rows: Int
  /// Rows in a chunk; the last one of a block holds what is left.
  let grain: Int
  /// Blocks of equal size; no chunk crosses from one to the next.
  let blocks: Int

  var chunksPerBlock: Int { (rows / blocks + grain - 1) / grain }
  var chunks: Int { blocks * chunksPerBlock }

  init(rows: Int, grain: Int = 1, blocks: Int = 1) {
    precondition(rows % blocks == 0, "cannot cut \(rows) rows into \(blocks) blocks")
    self.rows = rows
    self.grain = max(grain, 1)
    self.blocks = blocks
  }

  /// A pass over single elements.
  init(elementsOf tensor: Tensor) { self.init(rows: tensor.count, grain: Tensor.grain) }

  /// Everything at once on the calling thread, for work that is cut in a way of its own.
  static let whole = RowPass(rows: 1)

  func chunk(_ index: Int) -> Chunk {
    let (block, place) = index.quotientAndRemainder(dividingBy: chunksPerBlock)
    let end = (block + 1) * (rows / blocks)
    let first = block * (rows / blocks) + place * grain
    return Chunk(index: index, block: block, rows: first..<min(first + grain, end))
  }
}

// MARK: - For kernels: pointers to the first row of a chunk

extension RowPass {
  /// Calls `body` for every chunk with where its rows begin; the pointers must not escape.
  @unsafe func withPointers<each Source: PassOperand>(
    reading sources: repeat each Source, body: (Chunk, repeat (each Source).Place) -> Void
  ) {
    parallel(chunks) { index in
      let chunk = chunk(index)
      unsafe body(chunk, repeat (each sources).place(ofRow: chunk.rows.lowerBound, of: rows))
    }
    unsafe withExtendedLifetime((repeat each sources)) {}
  }

  /// The same with a tensor to write, which comes first.
  @unsafe func withPointers<each Source: PassOperand>(
    writing y: inout Tensor, reading sources: repeat each Source,
    body: (Chunk, UnsafeMutablePointer<Float>, repeat (each Source).Place) -> Void
  ) {
    unsafe withPointers(reading: Written(&y), repeat each sources, body: body)
    withExtendedLifetime(y) {}
  }

  /// The same with two tensors to write.
  @unsafe func withPointers<each Source: PassOperand>(
    writing y: inout Tensor, _ z: inout Tensor, reading sources: repeat each Source,
    body: (
      Chunk, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
      repeat (each Source).Place
    ) -> Void
  ) {
    unsafe withPointers(reading: Written(&y), Written(&z), repeat each sources, body: body)
    withExtendedLifetime((y, z)) {}
  }

  /// The same with three tensors to write.
  @unsafe func withPointers<each Source: PassOperand>(
    writing x: inout Tensor, _ y: inout Tensor, _ z: inout Tensor,
    reading sources: repeat each Source,
    body: (
      Chunk, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
      UnsafeMutablePointer<Float>, repeat (each Source).Place
    ) -> Void
  ) {
    unsafe withPointers(
      reading: Written(&x), Written(&y), Written(&z), repeat each sources, body: body)
    withExtendedLifetime((x, y, z)) {}
  }
}

// MARK: - For all others: spans of the rows of a chunk

extension RowPass {
  /// Calls `body` for every chunk with its rows of a tensor to write.
  func forEachChunk(
    writing y: inout Tensor, _ body: (_ chunk: Chunk, _ y: inout MutableSpan<Float>) -> Void
  ) {
    let size = y.count / max(rows, 1)
    unsafe withPointers(writing: &y) { chunk, y in
      var span = unsafe MutableSpan(_unsafeStart: y, count: chunk.rows.count * size)
      body(chunk, &span)
    }
  }

  /// Calls `body` for every chunk with its rows of a tensor to read and one to write.
  func forEachChunk(
    reading x: Tensor, writing y: inout Tensor,
    _ body: (_ chunk: Chunk, _ x: Span<Float>, _ y: inout MutableSpan<Float>) -> Void
  ) {
    let size = x.count / max(rows, 1)
    forEachChunk(writing: &y) { chunk, y in
      unsafe body(
        chunk,
        Span(
          _unsafeStart: x.start + chunk.rows.lowerBound * size,
          count: chunk.rows.count * size), &y)
    }
    withExtendedLifetime(x) {}
  }

  /// Returns what `body` returns for every row, called with the row of a tensor to write.
  func mapRows<Result>(
    writing y: inout Tensor, _ body: (_ row: Int, _ y: inout MutableSpan<Float>) -> Result
  ) -> [Result] {
    let size = y.count / max(rows, 1)
    return unsafe [Result](unsafeUninitializedCapacity: rows) { results, count in
      let first = results.baseAddress
      unsafe withPointers(writing: &y) { chunk, y in
        for row in chunk.rows {
          var span = unsafe MutableSpan(
            _unsafeStart: y + (row - chunk.rows.lowerBound) * size, count: size)
          let result = body(row, &span)
          unsafe first.map { unsafe ($0 + row).initialize(to: result) }
        }
      }
      count = rows
    }
  }

  /// The same with the row of a tensor to read.
  func mapRows<Result>(
    reading x: Tensor, writing y: inout Tensor,
    _ body: (_ row: Int, _ x: Span<Float>, _ y: inout MutableSpan<Float>) -> Result
  ) -> [Result] {
    let size = x.count / max(rows, 1)
    let results = mapRows(writing: &y) { row, y in
      unsafe body(row, Span(_unsafeStart: x.start + row * size, count: size), &y)
    }
    withExtendedLifetime(x) {}
    return results
  }
}
