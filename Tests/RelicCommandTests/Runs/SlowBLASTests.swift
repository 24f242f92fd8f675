import RelicCore
import Testing

@testable import relic

@Suite struct SlowBLASTests {
  private static let dynamic = "OpenBLAS 0.3.21 DYNAMIC_ARCH Haswell MAX_THREADS=64"
  private static let wide =
    "sse2 avx f16c fma bmi2 avx2 avx512f avx512dq avx512cd avx512bw avx512vl"

  private static func slow(
    _ core: String, on flags: String, built: String = dynamic, choice: String? = nil
  ) -> String? {
    SlowBLAS(
      core: core, configuration: built, processor: Processor(cpuInfo: "flags : \(flags)\n"),
      choice: choice
    ).map { "\($0)" }
  }

  @Test func `kernels for a lesser processor are told with the remedy`() {
    let fact =
      "OpenBLAS runs its kernels for Haswell (AVX2), and the processor has AVX-512; "
    #expect(
      Self.slow("Haswell", on: Self.wide, choice: "Haswell")
        == fact + "the environment chose them: 'unset OPENBLAS_CORETYPE'")
    #expect(
      Self.slow("Haswell", on: Self.wide)
        == fact + "choose faster ones by 'export OPENBLAS_CORETYPE=SkylakeX'")
    #expect(
      Self.slow("Haswell", on: Self.wide + " avx512_bf16")?.hasSuffix("=Cooperlake'") == true)
    #expect(
      Self.slow("Haswell", on: Self.wide, built: "OpenBLAS 0.3.21 Haswell")?.contains(
        "install one that is built with DYNAMIC_ARCH") == true)
    #expect(Self.slow("Prescott", on: "sse2 avx")?.hasSuffix("=Sandybridge'") == true)
  }

  @Test(arguments: [
    ("SkylakeX", wide), ("Haswell", "sse2 avx f16c fma bmi2 avx2"), ("Cooperlake", "sse2 avx"),
    ("NEOVERSEN1", "asimd"), ("Haswell", ""),
  ])
  func `kernels that fit, or that nothing is known of, are not`(_ core: String, _ flags: String) {
    #expect(Self.slow(core, on: flags) == nil)
  }
}
