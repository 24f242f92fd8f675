// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "OwnEncoder",
  dependencies: [.package(name: "relic", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnEncoder",
      dependencies: [
        .product(name: "RelicNN", package: "relic"),
        .product(name: "LinearProbe", package: "relic"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
