import Testing

@testable import RelicCore

@Suite struct ProcessorTests {
  private static let avx2 = "fpu sse2 avx f16c fma bmi1 bmi2 avx2"
  private static let avx512 = avx2 + " avx512f avx512dq avx512cd avx512bw avx512vl"

  private static func processor(_ flags: String) -> Processor {
    Processor(
      cpuInfo: "processor\t: 0\nmodel name\t: A: B\nflags\t\t: \(flags)\n\n"
        + "processor\t: 1\nmodel name\t: C\nflags\t\t: fpu\n")
  }

  @Test(arguments: [
    ("fpu", nil), ("fpu sse2", Processor.Level.sse2), ("sse2 avx", .avx),
    // Half of a level is none: a virtual machine may hide some of it.
    ("sse2 avx avx2", .avx), (avx2, .avx2), (avx2 + " avx512f", .avx2), (avx512, .avx512),
  ])
  func `the level is the highest that is there in whole`(
    _ flags: String, _ level: Processor.Level?
  ) { #expect(Self.processor(flags).level == level) }

  @Test func `the first processor is read, of x86-64 or ARM`() {
    let one = Self.processor(Self.avx512 + " avx512_bf16 amx_bf16")
    #expect(one.name == "A: B")
    #expect(one.bfloat16 == ["avx512_bf16", "amx_bf16"])
    let arm = Processor(cpuInfo: "processor\t: 0\nFeatures\t: fp asimd bf16\n")
    #expect(arm.name == nil && arm.level == nil && arm.bfloat16 == ["bf16"])
    #expect(Processor(cpuInfo: "") == Processor(cpuInfo: "no line of these\n"))
  }

  @Test(arguments: [
    ("Prescott", Processor.Level.sse2), ("SANDYBRIDGE", .avx), ("Haswell", .avx2), ("Zen", .avx2),
    ("SkylakeX", .avx512), ("Cooperlake", .avx512), ("ARMV8", nil), ("Unknown", nil),
  ])
  func `a kernel family has a level`(_ core: String, _ level: Processor.Level?) {
    #expect(BLAS.level(ofCore: core) == level)
  }

  @Test func `levels are in order`() {
    #expect(Processor.Level.allCases == Processor.Level.allCases.sorted())
    #expect(Processor.Level.avx2 < .avx512 && !(Processor.Level.avx < .avx))
  }
}
