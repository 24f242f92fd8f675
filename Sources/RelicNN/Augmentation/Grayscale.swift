/// Replaces each pixel by its ITU-R 601 luma, as torchvision's `RandomGrayscale` does.
enum Grayscale {
  static func apply(to image: inout PlanarImage) { image.makeGray() }
}
