/// An encoder whose features are no numbers though all of its weights are.
struct BrokenEncoder: Error, Equatable, CustomStringConvertible {
  let encoder: String
  /// The first image of such features.
  let image: String

  /// The encoder, what was found and what to do, in one line.
  var description: String {
    "\(encoder): gives NaN or infinite features for \(image); its training has diverged or its file "
      + "is damaged; use another checkpoint"
  }
}
