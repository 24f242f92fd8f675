internal import COpenBLAS
internal import Foundation

/// The number of processors this process may run on.
package var processors: Int { ProcessInfo.processInfo.activeProcessorCount }

/// Facts about the machine and the BLAS in use, printed beside every measurement.
public enum Machine {
  /// The kernel family OpenBLAS chose, such as `SkylakeX` or `Haswell`.
  public static var blasCore: String { unsafe String(cString: openblas_get_corename()) }

  /// OpenBLAS's version and build options.
  public static var blasConfiguration: String { unsafe String(cString: openblas_get_config()) }
}
