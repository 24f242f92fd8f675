// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// `RELIC_KERNELS=avx2` or `plain` builds the C kernels for that level alone, to test it.
let kernelLevel: String? =
  switch Context.environment["RELIC_KERNELS"] {
  case "avx2": "RELIC_KERNELS_AVX2"
  case "plain": "RELIC_KERNELS_PLAIN"
  default: nil
  }

/// `RELIC_MPI=ompi-c` or `mpich`, the name of a library for pkg-config, builds a program that several
/// processes can run together.
let mpi = Context.environment["RELIC_MPI"]

let mpiTargets: [Target] =
  mpi.map { library in
    [
      .systemLibrary(
        name: "CMPI", pkgConfig: library,
        providers: [.apt([library == "mpich" ? "libmpich-dev" : "libopenmpi-dev"])]),
      .target(
        name: "CRanks", dependencies: ["CMPI"], cSettings: [.treatAllWarnings(as: .error)]),
      .target(name: "RelicMPI", dependencies: ["CRanks", "RelicNN"], swiftSettings: strict),
    ]
  } ?? []

let package = Package(
  name: "relic",
  products: [
    .executable(name: "relic", targets: ["relic"]),
    .library(name: "RelicNN", targets: ["RelicNN"]),
    .library(name: "LinearProbe", targets: ["LinearProbe"]),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(
      name: "CKernels",
      cSettings: [.treatAllWarnings(as: .error)] + (kernelLevel.map { [.define($0)] } ?? [])),
    .target(name: "CMappedFiles", cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "CImageCodecs", cSettings: [.treatAllWarnings(as: .error)],
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16")]),
    .target(
      name: "RelicCore", dependencies: ["COpenBLAS", "CKernels", "CMappedFiles", "CMessageDigest"],
      swiftSettings: strict),
    .target(
      name: "RelicNN",
      dependencies: [
        "RelicCore", "COpenBLAS", "CKernels", "CImageCodecs", "CArchive", "CCurl",
      ],
      swiftSettings: strict),
    .target(
      name: "LinearProbe", dependencies: ["RelicCore", "COpenBLAS", "CKernels"],
      swiftSettings: strict),
    .executableTarget(
      name: "relic",
      dependencies: ["RelicNN", "LinearProbe"] + (mpi == nil ? [] : ["RelicMPI"]),
      swiftSettings: strict + (mpi == nil ? [] : [.define("RELIC_MPI")])),
    .executableTarget(
      name: "RelicBenchmarks", dependencies: ["RelicNN", "LinearProbe", "COpenBLAS"],
      path: "Benchmarks", exclude: ["compare", "hosts", "replay", "results", "README.md"],
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["RelicCore"], path: "Tests/TestSupport",
      swiftSettings: strict + (kernelLevel.map { [.define($0)] } ?? [])),
    .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    .testTarget(
      name: "RelicCoreTests", dependencies: ["RelicCore", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RelicNNTests", dependencies: ["RelicCore", "RelicNN", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "LinearProbeTests", dependencies: ["LinearProbe", "RelicNN", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RelicCommandTests", dependencies: ["relic", "RelicNN", "LinearProbe", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTests",
      dependencies: ["relic", "RelicCore", "RelicNN", "LinearProbe", "TestSupport"],
      path: "Tests/Fuzzing", swiftSettings: strict),
  ] + mpiTargets,
  swiftLanguageModes: [.v6]
)
