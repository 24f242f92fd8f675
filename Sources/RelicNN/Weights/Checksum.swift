extension StateDict {
  /// A number of all names, notes, shapes and elements, as a text, that differs after any one bit
  /// has changed.
  ///
  /// Fowler, Noll and Vo's function over eight bytes at a time: for each of them a step that can be
  /// undone, so that two contents of which one word differs never meet.
  package func checksum(without note: String? = nil) -> String {
    var sum = Checksum()
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != note {
      sum.add(key)
      sum.add(value)
    }
    for name in names.sorted() {
      sum.add(name)
      switch self[name] {
      case .floats(let tensor):
        for extent in tensor.shape { sum.add(UInt64(extent)) }
        unsafe tensor.withElements { unsafe sum.add(UnsafeRawBufferPointer($0)) }
      case .integers(let numbers, let shape):
        for extent in shape { sum.add(UInt64(extent)) }
        for number in numbers { sum.add(UInt64(bitPattern: number)) }
      case nil: break
      }
    }
    let digits = String(sum.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
