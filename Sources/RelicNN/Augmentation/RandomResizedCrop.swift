internal import Foundation

/// Draws the part of an image a view shows, as torchvision's `RandomResizedCrop` does.
struct RandomResizedCrop: Equatable, Sendable {
  /// The crop's share of the image's area.
  let scale: ClosedRange<Float>

  /// Width over height, drawn uniformly in its logarithm.
  static let ratio: ClosedRange<Double> = (3.0 / 4)...(4.0 / 3)

  /// Returns a rectangle inside an image: ten attempts, then the largest one in the centre.
  func rectangle(width: Int, height: Int, using random: inout Philox) -> CropRectangle {
    let area = Double(width * height)
    let ratio = Self.ratio
    let logRatio = Float(log(ratio.lowerBound))...Float(log(ratio.upperBound))
    for _ in 0..<10 {
      let target = area * Double(random.uniform(scale.lowerBound, scale.upperBound))
      let aspect = exp(Double(random.uniform(logRatio.lowerBound, logRatio.upperBound)))
      let cropWidth = Int((target * aspect).squareRoot().rounded(.toNearestOrEven))
      let cropHeight = Int((target / aspect).squareRoot().rounded(.toNearestOrEven))
      guard cropWidth > 0, cropWidth <= width, cropHeight > 0, cropHeight <= height else {
        continue
      }
      return CropRectangle(
        x: random.integer(below: width - cropWidth + 1),
        y: random.integer(below: height - cropHeight + 1), width: cropWidth, height: cropHeight)
    }
    return Self.central(width: width, height: height)
  }

  /// Returns the largest centred rectangle whose aspect is allowed.
  static func central(width: Int, height: Int) -> CropRectangle {
    let aspect = Double(width) / Double(height)
    var (cropWidth, cropHeight) = (width, height)
    if aspect < ratio.lowerBound {
      cropHeight = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if aspect > ratio.upperBound {
      cropWidth = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    return CropRectangle(
      x: (width - cropWidth) / 2, y: (height - cropHeight) / 2, width: cropWidth,
      height: cropHeight)
  }
}
