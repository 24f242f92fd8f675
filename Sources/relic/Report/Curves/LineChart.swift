internal import Foundation

/// Curves over the steps of runs, drawn as SVG.
struct LineChart {
  /// One curve.
  struct Line {
    let name: String
    /// Which of the ten colours it has.
    let color: Int
    var isDashed = false
    let curve: Curve
  }

  /// What it is called in links within the page.
  let id: String
  let title: String
  let note: String
  let lines: [Line]

  private static let (width, height) = (380.0, 230.0)
  private static let (left, right, top, bottom) = (52.0, 372.0, 10.0, 204.0)

  /// The figure, with its title, or `nil` if nothing is to be drawn.
  var figure: HTML? {
    guard let frame = Frame(lines) else { return nil }
    return """
      <figure class="chart"><b>\(title)</b>
      <svg id="\(id)" viewBox="0 0 \(Self.number(Self.width)) \(Self.number(Self.height))" \
      role="img" aria-label="\(title)">
      \(frame.axes)\(lines.map { band($0, frame) })\(lines.map { line($0, frame) })
      <line class="mark" y1="\(Self.number(Self.top))" y2="\(Self.number(Self.bottom))" \
      x1="0" x2="0" visibility="hidden"/></svg>
      <figcaption>\(note)</figcaption></figure>

      """
  }

  /// What the script shows of it.
  var data: ChartData? {
    guard let frame = Frame(lines) else { return nil }
    return ChartData(
      id: id, width: Self.width, left: Self.left, right: Self.right, first: frame.x.lowerBound,
      last: frame.x.upperBound,
      lines: lines.filter { !$0.curve.points.isEmpty }.map { line in
        ChartData.Line(
          name: line.name, x: line.curve.points.map { $0.step.rounded() },
          y: line.curve.points.map { $0.mean.isFinite ? Self.shortened($0.mean) : nil })
      })
  }

  private func line(_ line: Line, _ frame: Frame) -> HTML {
    var path = ""
    var isDown = false
    for point in line.curve.points {
      guard point.mean.isFinite else {
        isDown = false
        continue
      }
      path += (isDown ? "L" : "M") + frame.place(point.step, point.mean)
      isDown = true
    }
    // A single point has a length of nothing, which round caps show.
    if line.curve.points.count == 1 { path += "h0" }
    let style = line.isDashed ? " dash" : ""
    return path.isEmpty
      ? "" : "<path class=\"curve k\(line.color)\(style)\" d=\"\(path)\"/>\n"
  }

  /// Between the extremes of the numbers that each point stands for.
  private func band(_ line: Line, _ frame: Frame) -> HTML {
    let points = line.curve.points
    guard points.contains(where: { $0.low < $0.high }),
      points.allSatisfy({ $0.low.isFinite && $0.high.isFinite })
    else { return "" }
    let there = points.map { frame.place($0.step, $0.high) }
    let back = points.reversed().map { frame.place($0.step, $0.low) }
    return
      "<path class=\"band k\(line.color)\" d=\"M\((there + back).joined(separator: "L"))Z\"/>\n"
  }

  /// The ranges of both axes and what lies where.
  private struct Frame {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    init?(_ lines: [Line]) {
      let points = lines.flatMap(\.curve.points)
      let means = points.map(\.mean).filter(\.isFinite)
      guard let low = means.min(), let high = means.max(),
        let last = points.map(\.step).max(), let first = points.map(\.step).min()
      else { return nil }
      x = min(first, last - 1)...last
      // What differs by so little is one number: labels have no room for more digits.
      let isConstant = high - low <= 1e-4 * abs(high)
      let margin = isConstant ? max(abs(high) * 0.05, 1e-6) : 0.05 * (high - low)
      // Nothing that is drawn is negative but biases, which are not drawn.
      y = (low >= 0 ? max(0, low - margin) : low - margin)...(high + margin)
    }

    func place(_ step: Double, _ value: Double) -> String {
      LineChart.number(horizontal(step)) + " " + LineChart.number(vertical(value))
    }

    private func horizontal(_ step: Double) -> Double {
      let part = (step - x.lowerBound) / (x.upperBound - x.lowerBound)
      return LineChart.left + part * (LineChart.right - LineChart.left)
    }

    private func vertical(_ value: Double) -> Double {
      let part = (value - y.lowerBound) / (y.upperBound - y.lowerBound)
      let place = LineChart.bottom - part * (LineChart.bottom - LineChart.top)
      return min(max(place, LineChart.top), LineChart.bottom)
    }

    var axes: HTML {
      let (left, right) = (LineChart.number(LineChart.left), LineChart.number(LineChart.right))
      let rows = AxisTicks(y, count: 5)
      let columns = AxisTicks(x, count: 5)
      let lines = zip(rows.values, rows.labels).map { value, label -> HTML in
        let place = LineChart.number(vertical(value))
        let base = LineChart.number(vertical(value) + 4)
        return """
          <line class="grid" x1="\(left)" x2="\(right)" y1="\(place)" y2="\(place)"/>\
          <text x="\(LineChart.number(LineChart.left - 6))" y="\(base)" text-anchor="end">\
          \(label)</text>

          """
      }
      let labels = zip(columns.values, columns.labels).map { value, label -> HTML in
        let place = horizontal(value)
        let anchor = place > LineChart.right - 12 ? "end" : "middle"
        return """
          <text x="\(LineChart.number(place))" y="222" text-anchor="\(anchor)">\(label)</text>

          """
      }
      return lines.joined() + labels.joined()
    }
  }

  fileprivate static func number(_ value: Double) -> String {
    let text = value.fixed(1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The number to five digits.
  private static func shortened(_ value: Double) -> Double {
    Double(String(format: "%.5g", value)) ?? value
  }
}

/// What the page's script knows of a chart.
struct ChartData: Encodable {
  struct Line: Encodable {
    let name: String
    let x: [Double]
    let y: [Double?]
  }

  let id: String
  let width: Double
  let left: Double
  let right: Double
  /// The steps at the left and right end.
  let first: Double
  let last: Double
  let lines: [Line]
}
