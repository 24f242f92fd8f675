internal import CKernels

/// A matrix product in blocks so small that OpenBLAS multiplies them without packing.
///
/// Its AVX-512 kernels do so up to a product of the three sizes of 100^3. On one core (AMD Zen 4),
/// out of a warm cache, blocks reach 102 to 117 GFLOP/s where one call, which packs both operands,
/// reaches 88 to 106. Blocks of the right matrix are copied where its rows lie apart, for rows a
/// power of two apart fall onto the same few places of the cache, and where it is transposed, for
/// which the kernels are slow.
enum UnpackedProduct {
  /// The product of the three sizes up to which OpenBLAS does not pack.
  static let limit = 1_000_000

  /// Whether the BLAS in use has these kernels.
  static let isFaster = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(BLAS.core)

  // 48 x 64 x 256 < 100^3; a block of the right matrix takes 64 KiB, `slab` rows of the left one
  // 288 KiB of the second-level cache.
  private static let blockRows = 48
  private static let blockColumns = 64
  private static let blockDepth = 256
  private static let slab = 6 * blockRows

  /// Computes `c = a · b`, or `c += a · b` if `adding`, as `multiply` does.
  @unsafe static func multiply(
    m: Int, n: Int, k: Int, _ a: MatrixView, _ b: MatrixView, adding: Bool,
    into c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    let isCopied = unsafe b.transposed || (m > 2 * blockRows && n > blockColumns)
    let block = isCopied ? Storage(count: blockDepth * blockColumns) : nil
    for first in stride(from: 0, to: m, by: slab) {
      for depth in stride(from: 0, to: k, by: blockDepth) {
        let depths = min(blockDepth, k - depth)
        for column in stride(from: 0, to: n, by: blockColumns) {
          let columns = min(blockColumns, n - column)
          var right = unsafe b.from(row: depth, column: column)
          if let block { unsafe right = copy(right, rows: depths, columns: columns, to: block) }
          for row in stride(from: first, to: min(first + slab, m), by: blockRows) {
            unsafe sgemm(
              m: min(blockRows, m - row), n: columns, k: depths,
              a.from(row: row, column: depth), right, adding: adding || depth > 0,
              into: c + row * cStride + column, cStride: cStride)
          }
        }
      }
    }
    withExtendedLifetime(block) {}
  }

  private static func copy(
    _ source: MatrixView, rows: Int, columns: Int, to block: Storage
  ) -> MatrixView {
    if unsafe source.transposed {
      unsafe relic_transpose(
        columns, rows, source.start, source.stride, block.pointer, blockColumns)
    } else {
      unsafe relic_copy_rows(
        rows, columns, source.start, source.stride, block.pointer, blockColumns)
    }
    return unsafe MatrixView(start: block.pointer, stride: blockColumns)
  }
}
