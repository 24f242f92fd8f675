/// The views of one batch.
public struct ViewBatch: Sendable {
  /// Large crops, view after view: `[globalCount · n, size, size, 3]`.
  public var global: Tensor
  /// The number of large crops of an image.
  public var globalCount: Int
  /// Small crops, `[localCount · n, localSize, localSize, 3]`, or `nil` without any.
  public var local: Tensor?
  /// The number of small crops of an image.
  public var localCount: Int

  /// Creates a batch; `global` and `local` hold the same images in the same order.
  public init(global: Tensor, globalCount: Int, local: Tensor? = nil, localCount: Int = 0) {
    self.global = global
    self.globalCount = globalCount
    self.local = local
    self.localCount = localCount
  }
}
