internal import COpenBLAS
internal import Foundation
internal import RelicNN

/// The speed of single-precision matrix products, the ceiling of what convolutions can reach.
enum PeakBenchmark {
  /// GFLOP/s of square products of 2048, the rows shared by `workers`; the best of seven, for a
  /// ceiling is wanted.
  static func sgemm(workers: Int) -> Double {
    openblas_set_num_threads(1)
    let side = 2048
    let (a, b) = (Tensor(noise: [side, side]), Tensor(noise: [side, side]))
    var c = Tensor(uninitialized: [side, side])
    let before = ThreadPool.workerCount
    ThreadPool.workerCount = workers
    defer { ThreadPool.workerCount = before }
    let rows = side / workers
    let taken = (0..<7).map { _ in
      seconds {
        unsafe c.withMutableElements { c in
          unsafe a.withElements { a in
            unsafe b.withElements { b in
              guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else {
                return
              }
              parallel(workers) { worker in
                let first = worker * rows * side
                unsafe cblas_sgemm(
                  CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(side),
                  blasint(side), 1, a + first, blasint(side), b, blasint(side), 0, c + first,
                  blasint(side))
              }
            }
          }
        }
      }
    }
    return 2 * Double(side * side * rows * workers) / (taken.min() ?? .infinity) / 1e9
  }

  /// Prints the figures for one worker and for all, and returns the latter.
  static func run() -> Double {
    let one = sgemm(workers: 1)
    let all = sgemm(workers: ThreadPool.workerCount)
    print(
      String(
        format:
          "sgemm of 2048x2048x2048, best of 7: 1 worker %.0f GFLOP/s, %d workers %.0f GFLOP/s",
        one, ThreadPool.workerCount, all))
    if all < 0.85 * one * Double(ThreadPool.workerCount) {
      FileHandle.standardError.write(
        Data("warning: something else uses this machine; its figures mean little now\n".utf8))
    }
    return all
  }
}
