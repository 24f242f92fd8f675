/// Changes of brightness, contrast, saturation and hue, in a random order.
///
/// At strength 1 torchvision's `ColorJitter(0.8, 0.8, 0.8, 0.2)` on a Pillow image, exact to the last bit.
struct ColorJitter: Equatable, Sendable {
  /// One of the four changes.
  enum Change: CaseIterable, Sendable {
    case brightness
    case contrast
    case saturation
    case hue
  }

  /// Factors, 1 for no change.
  let brightness: Float
  let contrast: Float
  let saturation: Float

  /// The shift of the hue, in turns.
  let hue: Float

  /// The changes in the order they are applied.
  let order: [Change]
}

extension ColorJitter {
  /// Draws factors within 0.8 of 1 and a hue shift within 0.2 turns, both times `strength`, and the
  /// order.
  init(strength: Float, using random: inout Philox) {
    // In double precision, where these are the nearest numbers to the reference's 0.2 and 1.8.
    let most = 0.8 * Double(strength)
    let (low, high) = (Float(max(1 - most, 0)), Float(1 + most))
    brightness = random.uniform(low, high)
    contrast = random.uniform(low, high)
    saturation = random.uniform(low, high)
    hue = random.uniform(-0.2 * strength, 0.2 * strength)
    var order = Change.allCases
    for i in 0..<3 { order.swapAt(i, i + random.integer(below: 4 - i)) }
    self.order = order
  }

  func apply(to image: inout PlanarImage) {
    for change in order {
      switch change {
      case .brightness: image.adjustBrightness(by: brightness)
      case .contrast: image.adjustContrast(by: contrast)
      case .saturation: image.adjustSaturation(by: saturation)
      case .hue:
        // Truncated, then wrapped, as torchvision does.
        image.adjustHue(by: UInt8(truncatingIfNeeded: Int32(Double(hue) * 255)))
      }
    }
  }
}
