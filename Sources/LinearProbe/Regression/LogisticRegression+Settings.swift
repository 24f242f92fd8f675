extension LogisticRegression {
  /// What the products of a fit multiply.
  public enum Precision: String, Codable, CaseIterable, Sendable {
    /// Double precision, as scikit-learn multiplies features in double precision.
    case float64
    /// Single precision, summed up in double precision: faster, and the objective changes by about
    /// its last single-precision digit.
    case float32
  }

  /// How a fit looks for its optimum.
  public enum Solver: String, Codable, CaseIterable, Sendable {
    /// L-BFGS on the weights, which takes scikit-learn's steps.
    case lbfgs
    /// L-BFGS on the weights of decorrelated features, which takes fewer steps to the same optimum;
    /// where iterations are used up first it has come further.
    case whitened = "whitened-lbfgs"
  }

  private enum CodingKeys: String, CodingKey {
    case inverseRegularization = "C"
    case maxIterations = "max_iter"
    case tolerance = "tol"
    case fitsIntercept = "fit_intercept"
    case classWeight = "class_weight"
    case convention
    case precision
    case solver
  }

  /// Reads settings; those that a file of an earlier version lacks have their default values.
  public init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: CodingKeys.self)
    inverseRegularization = try object.decode(Double.self, forKey: .inverseRegularization)
    maxIterations = try object.decode(Int.self, forKey: .maxIterations)
    tolerance = try object.decode(Double.self, forKey: .tolerance)
    fitsIntercept = try object.decode(Bool.self, forKey: .fitsIntercept)
    classWeight = try object.decode(ClassWeight.self, forKey: .classWeight)
    convention = try object.decode(Convention.self, forKey: .convention)
    precision = try object.decodeIfPresent(Precision.self, forKey: .precision) ?? .float64
    solver = try object.decodeIfPresent(Solver.self, forKey: .solver) ?? .lbfgs
  }

  /// Encodes the settings; precision and solver only where they are not scikit-learn's.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(inverseRegularization, forKey: .inverseRegularization)
    try object.encode(maxIterations, forKey: .maxIterations)
    try object.encode(tolerance, forKey: .tolerance)
    try object.encode(fitsIntercept, forKey: .fitsIntercept)
    try object.encode(classWeight, forKey: .classWeight)
    try object.encode(convention, forKey: .convention)
    if precision != .float64 { try object.encode(precision, forKey: .precision) }
    if solver != .lbfgs { try object.encode(solver, forKey: .solver) }
  }

  /// What sets the fit apart from scikit-learn's, as it stands behind a model's name; nothing for the
  /// usual settings.
  package var variant: String {
    (solver == .lbfgs ? "" : ", \(solver.rawValue)")
      + (precision == .float64 ? "" : ", \(precision.rawValue)")
  }
}
