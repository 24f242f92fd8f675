/// A run of bytes of a file.
struct FileRegion: Equatable {
  let offset: Int
  let count: Int
}
