internal import LinearProbe
internal import RelicNN

/// The sections about one run that need its images.
struct RunThumbnails {
  let run: ReportedRun
  let images: EncodedImages
  let judged: JudgedImages?
  let place: PagePlace
  let console: Console

  /// Rows of images beside their neighbours, right ones and wrong ones each.
  private static let queries = 6
  private static let neighbors = 8
  private static let mistakes = 24
  private static let viewedImages = 6
  private static let (largeViews, smallViews) = (8, 4)

  /// Returns the maps of at most `limit` images.
  func map(
    limit: Int, _ store: inout ThumbnailStore
  ) throws -> (ReportPage.Section, [MapData])? {
    let shown = images.shown
    let total = shown.features.features.rows
    guard total > 1 else { return nil }
    var display = StatusDisplay(console)
    defer { display.erase() }
    let rows = PointSample.rows(of: total, limit: limit)
    let sampled = shown.features.features.samples(rows)
    let components = try PrincipalComponents(sampled, count: 50)
    let reduced = components(sampled)
    let settings = NeighborMap()
    let near = settings(reduced) { iteration in
      display.show([
        "map of \(rows.count) images",
        "iteration \(iteration)/\(settings.earlyIterations + settings.iterations)",
      ])
    }
    let labels = shown.features.labels
    let known = Set(labels ?? []).sorted()
    let codes = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
    let content = MapSection.Content(
      rows: rows, total: total,
      classes: rows.map { row in labels.flatMap { codes[$0[row]] } ?? 0 },
      classNames: known.map(name), neighbors: near, components: reduced.plane,
      variances: components.variances.prefix(2).map {
        components.totalVariance > 0 ? $0 / components.totalVariance : 0
      }, images: shown.name)
    let thumbnails = store.numbers(of: rows, in: shown, of: images.dataset, isLarge: false) {
      done in
      display.show(["thumbnails: \(done)/\(rows.count)"])
    }
    let texts = rows.map { row in
      [shown.images.fileName(row), mistake(row)].compactMap { $0 }.joined(separator: "\n")
    }
    return MapSection.section(
      content, thumbnails: thumbnails, sheet: store.small, texts: texts, place)
  }

  /// Returns images beside the training images most alike them.
  func nearest(_ store: inout ThumbnailStore) -> ReportPage.Section? {
    let shown = images.shown
    // Without another split, an image's neighbours are the others of its own.
    let isOwn = images.test == nil
    let all = Array(0..<shown.features.features.rows)
    let labels = shown.features.labels
    let right = PointSample.spread(
      judged?.rows(classifiedRight: true) ?? all, by: labels, Self.queries)
    let wrong = PointSample.spread(
      judged?.rows(classifiedRight: false) ?? [], by: labels, Self.queries)
    let queries = right + wrong
    guard !queries.isEmpty else { return nil }
    let found = Neighborhoods(
      shown.features.features.samples(queries), among: images.train.features.features,
      count: Self.neighbors + (isOwn ? 1 : 0))
    let thumbnails = store.numbers(of: queries, in: shown, of: images.dataset, isLarge: true)
    let rows = queries.enumerated().map { index, query -> NeighborsSection.Row? in
      guard let thumbnail = thumbnails[index] else { return nil }
      let near = found.nearest(index).filter { !isOwn || Int($0.row) != query }
        .prefix(Self.neighbors)
      let numbers = store.numbers(
        of: near.map { Int($0.row) }, in: images.train, of: images.dataset, isLarge: true)
      return NeighborsSection.Row(
        query: NeighborsSection.Thumbnail(
          index: thumbnail, label: label(query, of: shown), note: mistake(query) ?? ""),
        neighbors: zip(near, numbers).compactMap { neighbor, number in
          number.map { number in
            NeighborsSection.Thumbnail(
              index: number, label: label(Int(neighbor.row), of: images.train),
              isOfOtherClass: isOther(Int(neighbor.row), than: query),
              note: Double(neighbor.similarity).fixed(2))
          }
        })
    }
    return NeighborsSection.section(
      right: rows.prefix(right.count).compactMap(\.self),
      wrong: rows.dropFirst(right.count).compactMap(\.self), isLabelled: judged != nil,
      among: images.train.features.features.rows, sheet: store.large, place)
  }

  /// Returns the mistakes that the probe was surest of.
  func surestMistakes(_ store: inout ThumbnailStore) -> ReportPage.Section? {
    guard let judged else { return nil }
    let rows = judged.surestMistakes(Self.mistakes)
    let numbers = store.numbers(of: rows, in: images.shown, of: images.dataset, isLarge: true)
    let thumbnails = zip(rows, numbers).compactMap { row, number in
      number.map { number in
        NeighborsSection.Thumbnail(
          index: number, label: name(of: judged.labels[row]),
          note: "\(mistake(row) ?? ""), \((100 * judged.confidences[row]).fixed(0))\u{a0}%")
      }
    }
    guard !thumbnails.isEmpty else { return nil }
    return NeighborsSection.mistakes(
      thumbnails,
      model: "a logistic regression of top-1 "
        + "\((100 * (judged.scores.first?.top1 ?? 0)).fixed(2))\u{a0}%", sheet: store.large, place)
  }

  /// Returns some images that the run was trained on beside views of them.
  func views(_ store: inout ThumbnailStore) -> ReportPage.Section? {
    let configuration = run.configuration
    guard let dataset = try? images.dataset.pretraining(), dataset.count > 0 else { return nil }
    let shown = PointSample.spread(Array(0..<dataset.count), Self.viewedImages)
    let rows = shown.compactMap { sample -> NeighborsSection.Row? in
      guard let image = try? dataset.image(at: sample) else { return nil }
      let (global, local) = (configuration.globalViews, configuration.localViews)
      let views = (0..<(Self.largeViews + min(local, Self.smallViews))).map { place in
        // Views of an epoch are numbered through, large ones first.
        let isLocal = place >= Self.largeViews
        let generator = ViewGenerator(
          imageSize: configuration.imageSize, isLocal: isLocal,
          strength: configuration.viewStrength)
        let view = generator.view(
          of: image, seed: configuration.seed, epoch: isLocal ? 0 : place / global, sample: sample,
          view: isLocal ? global + place - Self.largeViews : place % global)
        return NeighborsSection.Thumbnail(
          index: store.add(
            view.image.thumbnail(side: store.large.side), isLarge: true),
          label: isLocal ? "small view" : "view")
      }
      return NeighborsSection.Row(
        query: NeighborsSection.Thumbnail(
          index: store.add(image.thumbnail(side: store.large.side), isLarge: true),
          label: "image \(sample)"),
        neighbors: views)
    }
    return rows.isEmpty ? nil : NeighborsSection.views(rows, sheet: store.large, place)
  }

  /// The class of a row, or its file, or its number.
  private func label(_ row: Int, of split: EncodedImages.Split) -> String {
    split.features.labels.map { name(of: $0[row]) } ?? split.images.fileName(row)
      ?? "image \(row)"
  }

  private func isOther(_ neighbor: Int, than query: Int) -> Bool {
    guard let own = images.shown.features.labels, let others = images.train.features.labels else {
      return false
    }
    return own[query] != others[neighbor]
  }

  /// What a shown row is taken for, if that is wrong.
  private func mistake(_ row: Int) -> String? {
    guard let judged, judged.labels[row] != judged.predictions[row] else { return nil }
    return "taken for \(name(of: judged.predictions[row]))"
  }

  private func name(of label: Int) -> String {
    images.origin?.classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil }
      ?? String(label)
  }
}

extension Matrix {
  /// The first two columns, of which the second is 0 where there is one.
  fileprivate var plane: Matrix {
    var plane = Matrix(rows: rows, columns: 2)
    for row in 0..<rows {
      for column in 0..<min(columns, 2) { plane[row, column] = self[row, column] }
    }
    return plane
  }
}

extension Tensor {
  /// An image `[rows, columns, 3]` of values in [0, 1].
  fileprivate var image: RGBImage {
    RGBImage(width: shape[1], height: shape[0], pixels: bytes)
  }
}
