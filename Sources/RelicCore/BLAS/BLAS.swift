internal import COpenBLAS

/// The BLAS in use: facts printed beside every measurement, and its one setting.
public enum BLAS {
  /// The kernel family OpenBLAS chose, such as `SkylakeX` or `Haswell`.
  public static var core: String { unsafe String(cString: openblas_get_corename()) }

  /// OpenBLAS's version and build options.
  ///
  /// Asked for once: each call puts the text together anew, in one place for all threads.
  public static let configuration = unsafe String(cString: openblas_get_config())

  /// Keeps OpenBLAS to the calling thread; read before every call into it.
  ///
  /// The thread pool is the only parallelism.
  package static let isSingleThreaded: Void = openblas_set_num_threads(1)
}
