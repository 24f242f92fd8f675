extension AtomicFile {
  /// Appends a tensor's elements, little-endian.
  func write(_ tensor: Tensor) throws(FileError) {
    let result = unsafe tensor.withElements { elements in
      Result { () throws(FileError) in unsafe try write(UnsafeRawBufferPointer(elements)) }
    }
    try result.get()
  }
}
