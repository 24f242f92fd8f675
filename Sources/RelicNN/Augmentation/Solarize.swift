/// Inverts every value of at least 127, as torchvision's `RandomSolarize(127)` does.
enum Solarize {
  static func apply(to image: inout PlanarImage) { image.solarize(from: 127) }
}
