/// An image that its data set could not give.
public struct UnreadableImage: Error {
  /// The image's index in its data set.
  public let index: Int

  /// What ``ImageDataset/image(at:)`` threw.
  public let cause: any Error
}

extension UnreadableImage: CustomStringConvertible {
  /// The index and the cause in one line, fit for a terminal.
  public var description: String { "image \(index): \(cause)" }
}
