/// What ranks tell each other for a normalisation over the rows of all.
extension Communicator {
  /// Returns means and sums of squared deviations, `[channels]` for each view, and the rows of a view,
  /// of all ranks.
  ///
  /// Chan, Golub and LeVeque 1983, in the order of the ranks.
  func joined(
    _ moments: borrowing BatchMoments
  ) -> (mean: [[Double]], deviations: [[Double]], rows: Double) {
    var (mean, deviations) = moments.joined()
    let rows = Double(moments.rowsPerView)
    guard size > 1 else { return (mean, deviations, rows) }
    let (views, channels) = (moments.views, moments.channels)
    let all = gather([rows] + Array((mean + deviations).joined()))
    mean = Array(repeating: Array(repeating: 0.0, count: channels), count: views)
    deviations = mean
    var before = 0.0
    for part in all {
      let (rows, total) = (part[0], before + part[0])
      for view in 0..<views {
        for channel in 0..<channels {
          let place = 1 + view * channels + channel
          let distance = part[place] - mean[view][channel]
          mean[view][channel] += distance * rows / total
          deviations[view][channel] +=
            part[views * channels + place] + distance * distance * before * rows / total
        }
      }
      before = total
    }
    return (mean, deviations, before)
  }

  /// Returns the sums over the rows of all ranks.
  func sum(_ sums: NormalizationSums) -> NormalizationSums {
    guard size > 1 else { return sums }
    let flat = sum([sums.rows] + Array(sums.values.joined()))
    let width = sums.values.first?.count ?? 0
    return NormalizationSums(
      values: sums.values.indices.map { Array(flat[(1 + $0 * width)..<(1 + ($0 + 1) * width)]) },
      rows: flat[0])
  }
}
