internal import CKernels

/// Passes over the pixels of images of shape `[…, height, width, channels]`.
extension BFloat16Tensor {
  /// The means over height and width as floats, `[…, channels]`.
  var pixelMeans: Tensor {
    let shape = ImageShape(shape)
    var means = Tensor(uninitialized: shape.leading + [shape.channels])
    unsafe RowPass(rows: shape.images).withPointers(writing: &means, reading: self) {
      _, means, x in
      unsafe relic_mean_rows_rounded(shape.pixels, shape.channels, x, means)
    }
    return means
  }

  /// Returns the sum with a tensor of the same shape.
  func adding(_ other: BFloat16Tensor) -> BFloat16Tensor {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    return unsafe BFloat16Tensor(shape) { y in
      unsafe RowPass(rows: count, grain: Tensor.grain).withPointers(reading: self, other) {
        chunk, a, b in
        unsafe relic_add_rounded(chunk.rows.count, a, b, y + chunk.rows.lowerBound)
      }
    }
  }

  /// Returns the product with a gate for every image and channel, `[…, 1, 1, channels]`.
  func scaled(by gate: Tensor) -> BFloat16Tensor {
    let images = ImageShape(shape)
    return unsafe BFloat16Tensor(shape) { y in
      unsafe RowPass(rows: images.images).withPointers(reading: self, gate) { chunk, x, gate in
        unsafe relic_scale_channels_rounded(
          images.pixels, images.channels, x, gate, y + chunk.index * images.imageSize)
      }
    }
  }
}

extension MaxPooling {
  /// Returns the maxima, `[…, outHeight, outWidth, channels]`.
  func maxima(of x: BFloat16Tensor) -> BFloat16Tensor {
    unsafe BFloat16Tensor(outputShape) { y in
      unsafe RowPass(rows: input.images).withPointers(reading: x) { chunk, x in
        unsafe relic_max_pool_rounded(window, x, y + chunk.index * outputSize)
      }
    }
  }
}
