/// What a pass over rows reads or writes: a tensor, a tensor or nothing, or one that all rows share.
@unsafe protocol PassOperand {
  /// What stands for a place in the operand: a pointer, or a pointer or nothing.
  associatedtype Place

  /// Returns where a row begins if the operand consists of `rows` equal ones.
  func place(ofRow row: Int, of rows: Int) -> Place
}

extension Tensor: @unsafe PassOperand {
  @unsafe func place(ofRow row: Int, of rows: Int) -> UnsafePointer<Float> {
    unsafe start + row * (count / rows)
  }
}

extension Optional: @unsafe PassOperand where Wrapped: PassOperand {
  @unsafe func place(ofRow row: Int, of rows: Int) -> Wrapped.Place? {
    unsafe map { unsafe $0.place(ofRow: row, of: rows) }
  }
}

/// A tensor that every row reads from its first element on, such as weights.
struct Shared: @unsafe PassOperand {
  private let tensor: Tensor

  init(_ tensor: Tensor) { self.tensor = tensor }

  @unsafe func place(ofRow row: Int, of rows: Int) -> UnsafePointer<Float> {
    unsafe tensor.start
  }
}

/// A tensor that a pass writes; whoever made this keeps the tensor alive and to itself meanwhile.
@unsafe struct Written: @unsafe PassOperand {
  private let start: UnsafeMutablePointer<Float>
  private let count: Int

  init(_ tensor: inout Tensor) {
    unsafe start = tensor.mutableStart()
    unsafe count = tensor.count
  }

  func place(ofRow row: Int, of rows: Int) -> UnsafeMutablePointer<Float> {
    unsafe start + row * (count / rows)
  }
}
