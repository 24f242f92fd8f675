/// What this program calls itself, in its help and in every file that it makes.
enum Program {
  static let version = "0.1.0"
}
