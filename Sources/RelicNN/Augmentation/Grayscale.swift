internal import CKernels

/// Replaces each pixel by its ITU-R 601 luma, as torchvision's `RandomGrayscale` does.
enum Grayscale {
  static func apply(to image: inout PlanarImage) {
    let area = image.area
    unsafe image.withMutablePlanes { unsafe relic_make_gray(area, $0) }
  }
}
