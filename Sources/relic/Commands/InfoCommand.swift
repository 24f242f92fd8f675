internal import RelicNN

/// `relic info`: what decides how fast the program runs here.
struct InfoCommand: Command {
  static let name = "info"
  static let summary = "show the processor, the BLAS kernels, the workers and the versions"
  static let discussion = """
    Prints what decides how fast this program runs here; put it beside every measurement.
    """
  static let options: [OptionGroup<InfoCommand>] = []

  var common = CommonSettings()

  func run(_ console: Console) throws {
    console.line("relic      \(Program.version)")
    console.line("workers    \(ThreadPool.workerCount)")
    console.line("BLAS       \(BLAS.configuration)")
    console.line("BLAS core  \(BLAS.core)")
  }
}
