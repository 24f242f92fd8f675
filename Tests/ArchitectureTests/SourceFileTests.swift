import Testing

@Suite struct SourceFileTests {
  @Test func `a name in a comment or a text is no use, one in an interpolation is`() {
    let file = SourceFile(
      path: "A.swift",
      source: """
        // Tensor
        /* Layer */
        let text = "Encoder \\(Head.name) \\"Loss\\""
        let raw = #"Batch \\(View) \\#(Step())"#
        """)
    for name in ["Tensor", "Layer", "Encoder", "Loss", "Batch", "View"] {
      #expect(!file.used.contains(name))
    }
    #expect(file.used.isSuperset(of: ["Head", ".name", "Step", "Step("]))
  }

  @Test func `types, functions and members of foreign types are offered, private ones are not`() {
    let file = SourceFile(
      path: "A.swift",
      source: """
        public struct Outer {
          enum Inner { case one }
          private enum Hidden {}
          func method() { func local() {} }
        }
        func free() {}
        private func own() {}
        extension Foreign { var added: Int { 1 } }
        extension Outer { var more: Int { 1 } }
        """)
    #expect(
      file.offered(inFolderWith: file.ownTypes) == ["Outer", ".Inner", "free(", ".added"])
  }
}
