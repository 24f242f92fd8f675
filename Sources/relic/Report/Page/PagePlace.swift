/// Where a section of one run stands on a page of several.
struct PagePlace {
  /// The run's number among those of the page.
  let index: Int
  /// The run's name, or `nil` if it is the only one.
  let name: String?

  /// What an element of the run is called in links within the page.
  func id(_ base: String) -> String { index == 0 ? base : "\(base)-\(index + 1)" }

  /// Returns a section whose title says which run it is about.
  func section(_ id: String, _ title: String, body: HTML) -> ReportPage.Section {
    ReportPage.Section(
      id: self.id(id), title: title + (name.map { ": " + $0 } ?? ""), body: body)
  }
}
