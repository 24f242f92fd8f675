package import Foundation

// Numbers that JSON has none of are texts in the files of this package, named as Python names them.

extension JSONDecoder.NonConformingFloatDecodingStrategy {
  /// Reads `Infinity`, `-Infinity` and `NaN`.
  package static var named: Self {
    .convertFromString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  }
}

extension JSONEncoder.NonConformingFloatEncodingStrategy {
  /// Writes `Infinity`, `-Infinity` and `NaN`.
  package static var named: Self {
    .convertToString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  }
}
