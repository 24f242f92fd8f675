extension Int {
  /// A number of bytes as people say it: `1.2 GB`, `350 MB`, `4.5 kB`.
  var byteSize: String {
    if self >= 1_000_000_000 { return "\((Double(self) / 1e9).fixed(1)) GB" }
    if self >= 1_000_000 { return "\((Double(self) / 1e6).fixed(0)) MB" }
    return "\((Double(self) / 1e3).fixed(1)) kB"
  }
}
