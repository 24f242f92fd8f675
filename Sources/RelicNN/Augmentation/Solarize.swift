internal import CKernels

/// Inverts every value of at least 127, as torchvision's `RandomSolarize(127)` does.
enum Solarize {
  static func apply(to image: inout PlanarImage) {
    let count = image.planes.count
    unsafe image.withMutablePlanes { unsafe relic_solarize(count, 127, $0) }
  }
}
