extension AtomicFile {
  /// Appends a tensor's elements, little-endian.
  func write(_ tensor: Tensor) throws(FileError) {
    let result = unsafe tensor.withElements { elements in
      Result { () throws(FileError) in unsafe try write(UnsafeRawBufferPointer(elements)) }
    }
    try result.get()
  }
}

extension Tensor {
  /// The elements' bytes, little-endian.
  var littleEndianBytes: [UInt8] {
    unsafe withElements { elements in unsafe Array(UnsafeRawBufferPointer(elements)) }
  }
}
