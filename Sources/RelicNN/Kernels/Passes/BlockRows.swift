/// The rows of a chunk in every block of the tensors that a pass writes.
///
/// Not copyable, so that it ends with its chunk; one row at a time is written through it.
@safe struct BlockRows: ~Copyable {
  private let pass: RowPass
  private let rows: Range<Int>
  private let tensors: [(blocks: Int, size: Int, elements: Written)]

  fileprivate init(
    _ chunk: RowPass.Chunk, of pass: RowPass,
    _ tensors: [(blocks: Int, size: Int, elements: Written)]
  ) {
    self.pass = pass
    rows = chunk.rows
    unsafe self.tensors = tensors
  }

  /// Calls `body` with one of the chunk's rows in one block of one tensor.
  mutating func write(
    _ row: Int, ofBlock block: Int, ofTensor index: Int,
    _ body: (_ elements: inout MutableSpan<Float>) -> Void
  ) {
    let (blocks, size, elements) = unsafe tensors[index]
    precondition(
      rows.contains(row) && block >= 0 && block < blocks,
      "row \(row) of block \(block) is none of rows \(rows) of \(blocks) blocks")
    let start = unsafe elements.place(ofRow: block * pass.rows + row, of: blocks * pass.rows)
    var span = unsafe MutableSpan(_unsafeStart: start, count: size)
    body(&span)
  }
}

extension RowPass {
  /// Returns what `body` returns for every chunk, in their order, called with the chunk's rows of
  /// tensors to write.
  ///
  /// A tensor has shape `[blocks, rows, …]`: a chunk has its rows of each block, so that what it
  /// reads for a row serves all of them.
  func mapChunks<Result>(
    writing tensors: inout [Tensor],
    _ body: (_ chunk: Chunk, _ written: inout BlockRows) -> Result
  ) -> [Result] {
    let written = unsafe tensors.indices.map { index in
      let shape = tensors[index].shape
      precondition(
        shape.count > 1 && shape[1] == rows, "\(shape) is not [blocks, \(rows), …]")
      return unsafe (
        blocks: shape[0], size: shape[2...].reduce(1, *), elements: Written(&tensors[index])
      )
    }
    let results = parallelMap(chunks) { index in
      let chunk = self.chunk(index)
      var rows = unsafe BlockRows(chunk, of: self, written)
      return body(chunk, &rows)
    }
    withExtendedLifetime(tensors) {}
    return results
  }
}
