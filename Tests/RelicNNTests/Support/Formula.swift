@testable import RelicNN

/// The values that Tests/Fixtures/network_formula.py gives to weights and inputs, computed
/// here to the same bits.
enum Formula {
  /// 32 random bits for each index, keyed by the name (FNV-1a).
  static func hashed(_ name: String, count: Int) -> [UInt32] {
    let key = name.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return (0..<count).map { index in
      var x = UInt32(index) &* 0x9e37_79b1 &+ key
      x = (x ^ x >> 16) &* 0x7feb_352d
      x = (x ^ x >> 15) &* 0x846c_a68b
      return x ^ x >> 16
    }
  }

  /// Multiples of 2^-23 in [-1, 1), in PyTorch's order.
  static func noise(_ name: String, _ shape: [Int]) -> Tensor {
    let bits = hashed(name, count: shape.reduce(1, *))
    return Tensor(bits.map { Float($0 >> 8) * 0x1p-23 - 1 }, shape: shape)
  }

  /// `noise` of shape `[batch, channels, height, width]`, turned to channels last.
  static func images(_ name: String, _ shape: [Int]) -> Tensor {
    noise(name, shape).permuted(to: [0, 2, 3, 1])
  }

  /// The value of a parameter or buffer of shape `shape` in PyTorch, by its last name and rank;
  /// `clear` keeps rectifiers away from their kinks.
  static func parameter(_ name: String, _ shape: [Int], clear: Bool) -> Tensor {
    let u = noise(name, shape)
    if shape.count > 1 {
      let bound = Float((6 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
      return u.mapped { $0 * bound }
    }
    if name.hasSuffix("running_var") { return u.mapped { $0 * 0.5 + 1 } }
    if name.hasSuffix("weight") { return u.mapped { $0 * 0.25 + 1 } }
    guard clear else { return u.mapped { $0 * 0.125 } }
    return u.mapped { $0 * 0.125 + ($0 < -0.5 ? -4 : 4) }
  }

  /// Sets every parameter and running statistic; `rename` gives the name that keys the formula.
  static func fill(
    _ module: inout some Module, path: String = "", clear: Bool = false,
    rename: (String) -> String = { $0 }
  ) throws {
    var values = StateDict()
    let shapes = module.stateDict(path)
    for name in shapes.names {
      values[name] = .floats(parameter(rename(name), shapes[name]?.shape ?? [], clear: clear))
    }
    try module.load(values, path: path)
  }
}

extension Tensor {
  func mapped(_ transform: (Float) -> Float) -> Tensor {
    Tensor(scalars.map(transform), shape: shape)
  }

  func combined(_ other: Tensor, _ transform: (Float, Float) -> Float) -> Tensor {
    Tensor(zip(scalars, other.scalars).map(transform), shape: shape)
  }

  /// `[batch, height, width, channels]` as PyTorch has it.
  var channelsFirst: Tensor { permuted(to: [0, 3, 1, 2]) }
}
