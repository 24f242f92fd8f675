/// Sums over samples for several models, and where they stand among each other: gradients of the
/// weights `[models, outputs, inputs]`, of the intercepts `[models, outputs]`, then losses `[models]`.
struct ModelSums {
  let models: Int
  /// Logits of one model.
  let outputs: Int
  let inputs: Int

  /// Numbers of all models.
  var count: Int { models * (outputs * (inputs + 1) + 1) }

  /// Where the weights of a model begin.
  func weights(_ model: Int) -> Int { model * outputs * inputs }

  /// Where the intercepts of a model begin.
  func intercepts(_ model: Int) -> Int { models * outputs * inputs + model * outputs }

  /// Where the loss of a model stands.
  func loss(_ model: Int) -> Int { models * outputs * (inputs + 1) + model }
}

/// Room for the sums over several parts of the samples.
struct SumSlots {
  private let memory: Scratch<Double>
  /// Numbers of one sum.
  let length: Int

  /// Divides memory into slots of `length` numbers.
  init(_ memory: Scratch<Double>, length: Int) {
    self.memory = memory
    self.length = length
  }

  /// Numbers that one task adds: those of many slots stay in its cache.
  private static let grain = 4096

  /// The numbers of a slot.
  func pointer(_ slot: Int) -> UnsafeMutablePointer<Double> {
    unsafe memory.pointer + slot * length
  }

  /// Returns some numbers of a slot.
  func numbers(_ slot: Int, _ range: Range<Int>) -> [Double] {
    unsafe Array(UnsafeBufferPointer(start: pointer(slot) + range.lowerBound, count: range.count))
  }

  /// Puts numbers in the place of those from `start` on.
  func replace(_ slot: Int, from start: Int, by numbers: [Double]) {
    unsafe (pointer(slot) + start).update(from: numbers, count: numbers.count)
  }

  /// Fills a slot with zeros.
  func clear(_ slot: Int) {
    parallelRows(length, grain: Self.grain) { range in
      unsafe (pointer(slot) + range.lowerBound).update(repeating: 0, count: range.count)
    }
  }

  /// Adds slots to others, in the order given.
  func add(_ joins: [(left: Int, right: Int)]) {
    parallelRows(length, grain: Self.grain) { range in
      for (left, right) in joins {
        let (sum, terms) = unsafe (pointer(left), pointer(right))
        for index in range { unsafe sum[index] += terms[index] }
      }
    }
  }
}
