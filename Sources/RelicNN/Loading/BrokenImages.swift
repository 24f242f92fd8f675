/// What to do about an image that cannot be read.
public enum BrokenImages: String, CaseIterable, Sendable {
  /// Stop at it.
  case refuse
  /// Go on without it, and tell of it.
  case skip
}
