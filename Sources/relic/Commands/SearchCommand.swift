internal import LinearProbe
internal import RelicNN

/// `relic search`: the images that an encoder finds most alike.
struct SearchCommand: DatasetCommand {
  static let name = "search"
  static let summary = "find the images most alike an image or each other, and near-duplicates"
  static let discussion = """
    Looks for each QUERY among features that 'relic extract' has written, among the rows of a .npy
    file, or among images, of which the encoder of a run makes features; without a QUERY for each
    sample among the others. A QUERY is a name or row as it is printed, an image file, a folder of
    images, or other features. Similarity is the cosine of two features, and every pair is compared.
    Prints comma-separated values; on a sheet the query stands left, its row or number beneath, its
    neighbours right of it with their similarity, and red frames are around those of another class.

      relic search runs/photos/features holiday.jpg --sheet alike.png
      relic search photos --encoder runs/photos --duplicates --output duplicates.csv
      relic search runs/cifar10/features --of test --among train --json
    """
  static let operandPlaceholder: String? = "FEATURES|IMAGES [QUERY...]"
  static let options: [OptionGroup<SearchCommand>] = [
    OptionGroup(
      "Search",
      [
        .value(
          "--neighbors", "-k", sets: \.neighbors, as: "N", from: 1, to: 5_000,
          "neighbours of each query (default: \(usualNeighbors))"),
        .choice(
          "--among", sets: \.among, as: "NAME",
          "which samples are searched (default: train where there are some)"),
        .choice(
          "--of", sets: \.of, as: "NAME",
          "which samples are looked for where no QUERY is given (default: those searched)"),
        .flag(
          "--duplicates", sets: \.findsDuplicates,
          "find groups of near-duplicates among the samples that are searched"),
        .value(
          "--threshold", sets: \.threshold, as: "X", from: 0, to: 1,
          "with --duplicates: the least similarity of a pair (default: \(usualThreshold))"),
        .value(
          "--encoder", sets: \.encoder, as: "RUN",
          "the run whose encoder makes features of images (default: that of the features)"),
        .value(
          "--batch-size", "-b", sets: \.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        maxMegapixelsOption, brokenImagesOption,
      ]),
    OptionGroup(
      "Output",
      [
        .value("--output", sets: \.output, as: "FILE", "where to write the list (default: print)"),
        .flag("--json", sets: \.writesJSON, "one JSON object in place of comma-separated values"),
        .value("--sheet", sets: \.sheet, as: "FILE", "a PNG file to draw the images on"),
        .value(
          "--rows", sets: \.sheetRows, as: "N", from: 1, to: 1_000,
          "queries or groups on the sheet; of more queries, so many spread over all"),
        .value(
          "--dataset-path", sets: \.datasetPath, as: "DIR",
          "the folder of the images of features, for --sheet (default: their run's)"),
      ]),
  ]

  private static let usualNeighbors = 8
  private static let usualThreshold = 0.95
  /// Images of a group that a sheet shows.
  private static let groupWidth = 12

  var neighbors: Int?
  var among: FeatureFolder.Split?
  var of: FeatureFolder.Split?
  var findsDuplicates = false
  var threshold: Double?
  var encoder: String?
  var batchSize = 256
  var output: String?
  var writesJSON = false
  var sheet: String?
  var sheetRows = 24
  var datasetPath: String?
  var files = DatasetFiles()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard let path = common.operands.first else {
      throw UsageError.missingOperand("what to search", help: "relic \(Self.name) --help")
    }
    try check()
    let source = SearchSource(
      encoder: encoder.map { RunFolder(path: $0) }, datasetPath: datasetPath, batchSize: batchSize,
      files: files, skipped: SkippedImages(console), console: console.forProgress,
      needsImages: sheet != nil)
    let set = try source.samples(path, among, like: nil)
    try set.check()
    let (result, thumbnails) =
      try findsDuplicates ? groups(set, console) : alike(set, source, console)
    let text = printsJSON ? result.json : result.csv
    if let output {
      try AtomicFile.write(text.utf8, to: output)
    } else {
      console.write(data: text)
    }
    // A sheet that turns out too large does not cost the list.
    guard let sheet, let drawing = try drawn(thumbnails, for: sheet, console) else { return }
    try AtomicFile.write(drawing, to: sheet)
    console.forProgress.tell("\(sheet): \(thumbnails.count.counted("row")) of images")
  }

  private var printsJSON: Bool { writesJSON || output?.lowercased().hasSuffix(".json") ?? false }

  /// Refuses options that do not go together, before anything is read.
  private func check() throws {
    if findsDuplicates {
      for (isGiven, name) in [
        (common.operands.count > 1, "a query"), (of != nil, "'--of'"),
        (neighbors != nil, "'--neighbors'"),
      ] where isGiven {
        throw UsageError.conflict(
          "'--duplicates' compares all samples, and \(name) is given", remedy: "leave out one")
      }
    } else if threshold != nil {
      throw UsageError.conflict(
        "'--threshold' is for '--duplicates'", remedy: "add it, or leave both out")
    }
    if common.operands.count > 1, of != nil {
      throw UsageError.conflict("both a query and '--of' are given", remedy: "give one of them")
    }
    if let output {
      try UsageError.check(output, endsIn: printsJSON ? "json" : "csv")
      try AtomicFile.checkPlace(of: output)
    }
    if let sheet {
      try UsageError.check(sheet, endsIn: "png")
      try AtomicFile.checkPlace(of: sheet)
    }
    if sheet == nil {
      try refuse("--dataset-path", "--rows", because: "is for the images of '--sheet'")
    }
    if common.operands.count == 1, SearchSource.holdsFeatures(common.operands[0]) {
      let reason = "is for images, and '\(common.operands[0])' holds features"
      try refuse("--batch-size", because: reason)
      // A sheet needs the images that the features are of.
      if sheet == nil {
        try refuse("--encoder", because: reason)
        try refuseIdleImages(because: reason)
      }
    }
  }

  private func queries(_ set: SearchSamples, _ source: SearchSource) throws -> [SearchQueries] {
    let names = Array(common.operands.dropFirst())
    if !names.isEmpty { return try SearchQueries.named(names, in: set, source) }
    guard let of, of != set.split else { return [.all(set, areOwn: true)] }
    return [.all(try source.samples(set.path, of, like: set.origin), areOwn: false)]
  }

  private typealias Found = (result: SearchResult, thumbnails: [[ContactSheet.Thumbnail]])

  /// Finds the neighbours of each query.
  private func alike(
    _ set: SearchSamples, _ source: SearchSource, _ console: Console
  ) throws -> Found {
    let queries = try queries(set, source)
    let total = queries.map(\.rows.count).reduce(0, +)
    let shown = Set(PointSample.spread(Array(0..<total), sheetRows))
    var found: [FoundNeighbors] = []
    var thumbnails: [[ContactSheet.Thumbnail]] = []
    for query in queries {
      try query.samples.check()
      if let known = set.origin, let other = query.samples.origin?.difference(from: known) {
        console.writeError(
          "warning: \(query.samples.path): features of \(other); their similarity means little\n")
      }
      var progress = WorkProgress(
        console.forProgress, "search", of: query.rows.count, "queries")
      defer { progress.erase() }
      let near = try query.neighbors(in: set, count: neighbors ?? Self.usualNeighbors) {
        progress.show($0)
      }
      for (index, row) in query.rows.enumerated() {
        if sheet != nil, shown.contains(found.count) {
          thumbnails.append(self.thumbnails(query.samples, row, near.nearest(index), set))
        }
        found.append(
          FoundNeighbors(
            query: query.samples.name(row), row: row, className: query.samples.className(row),
            neighbors: near.nearest(index).map { FoundSample(Int($0.row), $0.similarity, in: set) })
        )
      }
    }
    var result = SearchResult(set)
    result.queries = found
    let count = found.first?.neighbors.count ?? 0
    console.forProgress.tell(
      "\(set.path): \(count.counted("neighbour")) of "
        + (total == 1 ? "1 image" : "each of \(total) images") + ", among \(set.count)")
    return (result, thumbnails)
  }

  private func thumbnails(
    _ samples: SearchSamples, _ row: Int, _ near: ArraySlice<Neighborhoods.Neighbor>,
    _ set: SearchSamples
  ) -> [ContactSheet.Thumbnail] {
    let own = samples.className(row)
    return [ContactSheet.Thumbnail(samples: samples, row: row, number: "\(row)")]
      + near.map { neighbor in
        let other = set.className(Int(neighbor.row))
        return ContactSheet.Thumbnail(
          samples: set, row: Int(neighbor.row), number: Double(neighbor.similarity).fixed(2),
          isFramed: own != nil && other != nil && own != other)
      }
  }

  /// Finds near-duplicates.
  private func groups(_ set: SearchSamples, _ console: Console) throws -> Found {
    guard set.count > 1 else { throw SearchError.single(path: set.path) }
    let threshold = threshold ?? Self.usualThreshold
    var progress = WorkProgress(console.forProgress, "search", of: set.count, "images")
    let groups = SimilarGroups(of: set.samples.features, threshold: Float(threshold)) {
      progress.show(Int($0 * Double(set.count)))
    }.groups
    progress.erase()
    var result = SearchResult(set)
    result.threshold = threshold
    result.groups = groups.map { $0.map { FoundSample($0.row, $0.similarity, in: set) } }
    let members = groups.map(\.count).reduce(0, +)
    console.forProgress.tell(
      "\(set.path): \(members) of \(set.count) images in "
        + "\(groups.count.counted("group")) of near-duplicates, similarity at least \(threshold)")
    let thumbnails = groups.prefix(sheetRows).map { group in
      group.prefix(Self.groupWidth).map {
        ContactSheet.Thumbnail(
          samples: set, row: $0.row, number: Double($0.similarity).fixed(3))
      }
    }
    return (result, sheet == nil ? [] : thumbnails)
  }

  /// Returns the bytes of the sheet, or `nil` if there is nothing to draw.
  private func drawn(
    _ thumbnails: [[ContactSheet.Thumbnail]], for path: String, _ console: Console
  ) throws -> [UInt8]? {
    guard !thumbnails.isEmpty else {
      console.writeError("note: \(path): not written, for nothing was found\n")
      return nil
    }
    let drawing = ContactSheet(rows: thumbnails)
    let (width, height) = drawing.size
    guard width * height <= RGBImage.largestPNG else {
      throw UsageError.conflict(
        "the sheet would have \(width) x \(height) pixels",
        remedy: "choose fewer --rows or --neighbors")
    }
    let total = thumbnails.map(\.count).reduce(0, +)
    var progress = WorkProgress(console.forProgress, "thumbnails", of: total, "images")
    defer { progress.erase() }
    let (png, missing) = try drawing.drawn { progress.show($0) }
    if missing > 0 {
      progress.erase()
      console.writeError(
        "note: \(path): \(missing) of \(total) images cannot be read and are grey\n")
    }
    return png
  }
}
