/// A page that needs nothing but itself: styles, scripts, numbers and thumbnails are inside.
struct ReportPage {
  /// A part of the page under a heading, and in its list of contents.
  struct Section {
    /// What it is called in links within the page: letters, digits and hyphens.
    let id: String
    let title: String
    let body: HTML
  }

  let title: String
  let subtitle: HTML
  /// What a reader should know before anything else.
  var notes: [String] = []
  var sections: [Section] = []
  /// Style rules that hold the thumbnails.
  var thumbnailRules: HTML = ""
  /// What the page's script draws and shows.
  var data = PageData()

  /// The file.
  var document: String {
    let links = sections.map { section -> HTML in
      "<li><a href=\"#\(section.id)\">\(section.title)</a></li>"
    }
    let parts = sections.map { section -> HTML in
      """
      <section id="\(section.id)"><h2>\(section.title)</h2>
      \(section.body)
      </section>

      """
    }
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta name="generator" content="relic \(Program.version)"/>
      <link rel="icon" href="data:,"/>
      <title>\(title)</title>
      <style>\(PageStyle.rules)\(thumbnailRules)</style></head>
      <body><header><h1>\(title)</h1><p>\(subtitle)</p>
      \(notes.map { note -> HTML in "<p class=\"warn\">\(note)</p>\n" })\
      <nav aria-label="Contents"><ul>\(links)</ul></nav></header>
      <main>
      \(parts)</main>
      <div id="tip" role="status" hidden="hidden"></div>
      <script type="application/json" id="data">\(HTML(json: data))</script>
      <script>\(PageScript.code)</script>
      </body></html>

      """
    return page.markup
  }

  /// Nothing is fetched from anywhere, even if markup of somebody else got in.
  private static let policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
}

/// What the page's script reads.
struct PageData: Encodable {
  var charts: [ChartData] = []
  var maps: [MapData] = []
}
