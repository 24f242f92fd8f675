internal import Foundation
internal import LinearProbe
internal import RelicNN

/// What has to be the same on all ranks: where it differs, they would not do parts of one work.
struct RankTraits: Codable {
  struct Trait: Codable {
    let name: String
    let value: String
    /// What to do where it differs.
    let remedy: String
  }

  private let host: String
  private var traits: [Trait]

  /// Takes what is so of this process, before what is so of its run.
  init() {
    host = ProgramRanks.host
    let processor = Processor.current
    let instructions =
      [processor.level?.rawValue ?? "other"] + processor.bfloat16
      + (Precision.hasFastBFloat16 ? ["products in bfloat16"] : [])
    let machines = "run on machines whose processors can do the same"
    traits = [
      Trait(name: "relic", value: Program.version, remedy: "install one version everywhere"),
      Trait(
        name: "BLAS core", value: BLAS.core,
        remedy: "set OPENBLAS_CORETYPE everywhere to one that all have, such as Haswell"),
      Trait(name: "BLAS", value: BLAS.configuration, remedy: "install one version everywhere"),
      Trait(name: "instructions", value: instructions.joined(separator: ", "), remedy: machines),
    ]
  }

  /// Adds what is so of the run.
  mutating func add(_ name: String, _ value: String, remedy: String) {
    traits.append(Trait(name: name, value: value, remedy: remedy))
  }

  /// Adds which images a data set in a folder has.
  mutating func add(_ dataset: any ImageDataset, in path: String) {
    let images = dataset.fingerprint
    let remedy = "give every machine the same images in \(path)"
    add("the number of images", "\(dataset.count)", remedy: remedy)
    add("the digest of names and classes", images.names, remedy: remedy)
    add("the digest of the files' sizes", images.sizes ?? "none", remedy: remedy)
  }

  /// Adds which samples a split of features has.
  mutating func add(_ split: LabeledFeatures, called name: String, from source: String) {
    let remedy = "give every machine the same features in \(source)"
    add("the size of the \(name) features", split.size, remedy: remedy)
    add("the digest of the \(name) labels", split.labelDigest ?? "none", remedy: remedy)
    add("the digest of some \(name) samples", split.sampleDigest, remedy: remedy)
  }

  /// Compares the traits of all ranks with those of rank 0.
  ///
  /// - Throws: On every rank the first difference of the first rank that has one.
  func compare(_ ranks: any Communicator) throws {
    guard ranks.size > 1 else { return }
    let all = try ranks.gather([UInt8](JSONEncoder().encode(self))).map {
      try JSONDecoder().decode(RankTraits.self, from: Data($0))
    }
    for (rank, other) in all.enumerated() {
      for (here, there) in zip(all[0].traits, other.traits) where here.value != there.value {
        throw RankDifference(
          name: here.name, values: [here.value, there.value], hosts: [all[0].host, other.host],
          rank: rank, remedy: here.remedy)
      }
    }
  }
}

/// Something that has to be the same on all ranks, and is not.
struct RankDifference: Error, Equatable, CustomStringConvertible {
  let name: String
  /// Of rank 0, then of the other one; so are the hosts.
  let values: [String]
  let hosts: [String]
  let rank: Int
  let remedy: String

  /// Both values and the remedy in one line.
  var description: String {
    "\(name) is \(values[0]) on rank 0 (\(hosts[0])) and \(values[1]) on rank \(rank) (\(hosts[1])); "
      + remedy
  }
}
