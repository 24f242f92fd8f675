// Random numbers, the thread pool, facts about the BLAS and file errors are part of this library's
// interface; all else in RelicCore is visible to this package alone.
@_exported public import RelicCore
