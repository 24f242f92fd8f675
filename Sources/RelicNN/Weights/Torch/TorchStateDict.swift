/// The state dict that a pickle of PyTorch describes, over storages that lie in the same file.
struct TorchStateDict {
  /// A typed run of numbers that tensors are views of.
  private struct Storage {
    let key: String
    let type: ElementType
  }

  /// A view of a storage.
  private struct View {
    let storage: Storage
    let offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  private static let types: [String: ElementType] = [
    "torch.DoubleStorage": .float64, "torch.FloatStorage": .float32, "torch.HalfStorage": .float16,
    "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
    "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
    "torch.BoolStorage": .bool,
  ]

  /// The most axes that PyTorch's operations take, ATen's `dim_bitset_size`.
  private static let largestRank = 64

  /// Keys under which training programs keep the state dict of their model.
  private static let usualKeys = ["state_dict", "model_state_dict", "model"]

  let file: ByteFile
  let pickle: Pickle
  let storages: [String: ZipArchive.Member]

  /// The bytes of one number of each storage that the pickle of the file at `path` names.
  static func storageWidths(
    of pickle: Pickle, path: String
  ) throws(WeightFileError) -> [String: Int] {
    var widths: [String: Int] = [:]
    for value in pickle.values {
      guard case .persistent(let description) = value,
        let storage = try storage(description, in: pickle, path: path)
      else { continue }
      widths[storage.key] = storage.type.width
    }
    return widths
  }

  /// Returns the tensors of the dictionary that holds them.
  func read() throws -> StateDict {
    var dict = StateDict()
    // A file of views of one storage could ask for more memory than it has bytes.
    var budget = 4 * file.count
    for (name, reference) in try tensors() {
      guard case .tensor(let arguments) = pickle[reference] else { continue }
      let view = try view(name, arguments)
      guard let count = view.shape.elementCount, count <= budget / view.storage.type.width else {
        throw damaged("'\(name)' of shape \(view.shape) is larger than the file")
      }
      budget -= count * view.storage.type.width
      dict[name] = try value(name, view, count: count)
    }
    return dict
  }

  private func tensors() throws -> [(key: String, value: Pickle.Reference)] {
    guard let root = pickle.dictionary(pickle.root) else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "it holds no dictionary of tensors; save a model's state_dict()")
    }
    // A value that many entries share is looked through once.
    let holders = Set(root.map(\.value)).filter { value in
      pickle.dictionary(value)?.contains { isTensor($0.value) } ?? false
    }
    let below = root.filter { holders.contains($0.value) }
    let usual = Self.usualKeys.compactMap { key in below.first { $0.key == key } }.first
    // A training program may keep a score as a tensor beside its model.
    if usual == nil, root.isEmpty || root.contains(where: { isTensor($0.value) }) { return root }
    guard let chosen = usual ?? (below.count == 1 ? below[0] : nil),
      let entries = pickle.dictionary(chosen.value)
    else {
      throw WeightFileError.unsupported(
        path: file.path,
        reason: below.isEmpty
          ? "it holds no tensors"
          : "several of its entries hold tensors (\(below.map(\.key).joined(separator: ", "))); save one alone"
      )
    }
    return entries
  }

  private func isTensor(_ reference: Pickle.Reference) -> Bool {
    if case .tensor = pickle[reference] { true } else { false }
  }

  private func view(_ name: String, _ arguments: [Pickle.Reference]) throws -> View {
    guard case .persistent(let description) = pickle[arguments[0]],
      let storage = try Self.storage(description, in: pickle, path: file.path),
      let offset = pickle.integer(arguments[1]),
      let shape = pickle.integers(arguments[2], atMost: Self.largestRank),
      let strides = pickle.integers(arguments[3], atMost: Self.largestRank)
    else {
      throw damaged("'\(name)' is no tensor of at most \(Self.largestRank) axes")
    }
    guard shape.count == strides.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      throw damaged("'\(name)' of shape \(shape) has strides \(strides) and offset \(offset)")
    }
    return View(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  /// The storage that `('storage', type, key, device, count)` stands for, or `nil` if this is none.
  private static func storage(
    _ description: Pickle.Reference, in pickle: Pickle, path: String
  ) throws(WeightFileError) -> Storage? {
    guard case .tuple(let parts) = pickle[description], parts.count >= 5,
      case .text("storage") = pickle[parts[0]], case .global(let typeName) = pickle[parts[1]],
      case .text(let key) = pickle[parts[2]]
    else { return nil }
    guard let type = types[typeName] else {
      throw .unsupported(
        path: path, reason: "it holds a '\(typeName)'; save tensors of floats or integers alone")
    }
    return Storage(key: key, type: type)
  }

  private func value(_ name: String, _ view: View, count: Int) throws -> StateDict.Value {
    let width = view.storage.type.width
    guard let member = storages[view.storage.key] else {
      throw damaged("the numbers of '\(name)' are missing")
    }
    if count == 0 { return view.storage.type.value([], shape: view.shape) }
    var last = 0
    for (extent, stride) in zip(view.shape, view.strides) {
      let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflowToo) = last.addingReportingOverflow(reach)
      guard !overflow, !overflowToo else { throw damaged("'\(name)' has strides \(view.strides)") }
      last = sum
    }
    guard view.offset < member.count / width, last < member.count / width - view.offset else {
      throw damaged("'\(name)' reaches beyond its \(member.count) bytes")
    }
    let bytes = try file.bytes(
      at: member.offset + view.offset * width, count: (last + 1) * width)
    if last + 1 == count, isContiguous(view) {
      return view.storage.type.value(bytes, shape: view.shape)
    }
    return view.storage.type.value(gathered(bytes, view, count), shape: view.shape)
  }

  private func isContiguous(_ view: View) -> Bool {
    var expected = 1
    for (extent, stride) in zip(view.shape, view.strides).reversed() where extent > 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// The bytes of a view's elements in row-major order.
  private func gathered(_ bytes: [UInt8], _ view: View, _ count: Int) -> [UInt8] {
    let width = view.storage.type.width
    var result: [UInt8] = []
    result.reserveCapacity(count * width)
    var index = Array(repeating: 0, count: view.shape.count)
    for _ in 0..<count {
      let place = zip(index, view.strides).reduce(0) { $0 + $1.0 * $1.1 } * width
      result += bytes[place..<(place + width)]
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < view.shape[axis] { break }
        index[axis] = 0
      }
    }
    return result
  }

  private func damaged(_ reason: String) -> WeightFileError {
    .damaged(path: file.path, reason: reason)
  }
}
