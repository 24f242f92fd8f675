/// An encoder that does not give numbers.
enum BrokenEncoder: Error, Equatable, CustomStringConvertible {
  /// A weight is NaN or infinite.
  case weight(encoder: String, name: String)
  /// The features of a picture, the first of such, are NaN or infinite.
  case features(encoder: String, picture: String)

  /// The encoder, what was found and what to do, in one line.
  var description: String {
    let remedy = "its training has diverged or its file is damaged; use another checkpoint"
    return switch self {
    case .weight(let encoder, let name): "\(encoder): \(name) holds NaN or infinity; \(remedy)"
    case .features(let encoder, let picture):
      "\(encoder): gives NaN or infinite features for \(picture); \(remedy)"
    }
  }
}
