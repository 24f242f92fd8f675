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

  /// How many images the views are of.
  var count: Int { global.shape[0] / globalCount }

  /// Returns the views of some of the images.
  func images(_ range: Range<Int>) -> ViewBatch {
    func views(_ all: Tensor, _ count: Int) -> Tensor {
      let cut = all.cut(into: count)
      return .concatenated(
        (0..<count).map { cut.rows($0..<($0 + 1)).reshaped(Array(cut.shape[1...])).rows(range) })
    }
    return ViewBatch(
      global: views(global, globalCount), globalCount: globalCount,
      local: local.map { views($0, localCount) }, localCount: localCount)
  }
}

extension Tensor {
  /// `[views · n, …]` as `[views, n, …]`.
  func cut(into views: Int) -> Tensor {
    reshaped([views, shape[0] / views] + shape.dropFirst())
  }
}
