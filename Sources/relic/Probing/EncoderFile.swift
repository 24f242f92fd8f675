internal import RelicNN

/// A file of an encoder's weights, and what it is taken for.
struct EncoderFile {
  let path: String
  /// What stands before the encoder's names in the file, where several encoders are there.
  var prefix: String?
  let model: EncoderModel
  let stem: Stem

  /// Reads the encoder.
  ///
  /// - Throws: What cannot be read, does not fit the architecture or is not a number.
  func read() throws -> (encoder: any EncoderNetwork, weights: StateDict) {
    var encoder: any EncoderNetwork = model.network(stem: stem, seed: 0)
    let weights = try load(WeightFile.read(path, under: prefix), into: &encoder)
    return (encoder, weights)
  }

  /// Sets an encoder of this model and stem to the weights that the file's content has for it.
  ///
  /// - Returns: These weights under torchvision's names.
  /// - Throws: What does not fit the architecture or is not a number.
  func load(
    _ content: StateDict, into encoder: inout some EncoderNetwork
  ) throws -> StateDict {
    let weights: StateDict
    do throws(EncoderSearchError) {
      weights = try content.encoderWeights()
    } catch {
      throw EncoderFileError.notFound(path: path, error)
    }
    do throws(StateDictMismatch) {
      try encoder.load(weights)
    } catch {
      let misfit = RunError.doesNotFit(
        path: path, model: model.rawValue, stem: stem.rawValue, mismatch: error)
      guard let found = weights.architecture(besides: model, stem) else { throw misfit }
      throw EncoderFileError.otherArchitecture(misfit, options: found)
    }
    if let name = weights.firstNotFinite {
      throw EncoderFileError.notFinite(path: path, name: name)
    }
    if let name = weights.firstNegativeVariance {
      throw EncoderFileError.negativeVariance(path: path, name: name)
    }
    return weights
  }
}

/// A reason a file's encoder cannot be used.
enum EncoderFileError: Error, Equatable {
  case notFound(path: String, EncoderSearchError)
  case otherArchitecture(RunError, options: String)
  case notFinite(path: String, name: String)
  case negativeVariance(path: String, name: String)
}

extension EncoderFileError: CustomStringConvertible {
  /// The reason and the remedy in one line.
  var description: String {
    switch self {
    case .notFound(let path, let error): "\(path): \(error)"
    case .otherArchitecture(let misfit, let options): "\(misfit); it is that of '\(options)'"
    case .notFinite(let path, let name):
      "\(path): '\(name)' holds NaN or infinite numbers: the training diverged; take an earlier "
        + "checkpoint"
    case .negativeVariance(let path, let name):
      "\(path): '\(name)' holds a negative variance, so the file is damaged; get it again"
    }
  }
}
