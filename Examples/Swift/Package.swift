// swift-tools-version: 6.2
import PackageDescription

let libraries: [Target.Dependency] = [
  .product(name: "RelicNN", package: "relic"),
  .product(name: "LinearProbe", package: "relic"),
]

let package = Package(
  name: "Examples",
  dependencies: [.package(name: "relic", path: "../..")],
  targets: [
    .executableTarget(name: "OwnEncoder", dependencies: libraries),
    .executableTarget(name: "OwnPhotos", dependencies: libraries),
  ],
  swiftLanguageModes: [.v6]
)
