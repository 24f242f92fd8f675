import LinearProbe
import RelicNN

// swift run OwnPhotos FOLDER: trains a small encoder on the JPEG and PNG files of a folder, writes
// it for PyTorch and ONNX Runtime, and names the photo most like the first one. Without a folder it
// takes the figures that the library draws.
let photos: any ImageDataset =
  if let folder = CommandLine.arguments.dropFirst().first {
    try ImageFolder(folder: folder)
  } else {
    try Shapes(split: .train, count: 64)
  }

var configuration = PretrainingConfiguration()
(configuration.imageSize, configuration.batchSize) = (32, 16)
let loader = BatchLoader(dataset: photos, configuration: configuration)
var generator = Philox(seed: configuration.seed, purpose: .weights)
let start = Pretraining(
  ResNet(.sixteenTapered, stem: .small, using: &generator), configuration,
  stepsPerEpoch: loader.stepsPerEpoch)
var run = start.run(on: loader)
while let report = try run.next(), report.step < 5 {
  print("step \(report.step): loss \(report.loss)")
}

let encoder = run.state.target.encoder
try Safetensors.write(encoder.stateDict(), to: "encoder.safetensors")
try ONNXModel.write(encoder, to: "encoder.onnx")

// Rows of `[photos.count, 512]`, compared by their cosines.
let features = try encoder.features(of: photos, imageSize: 32)
let rows = (0..<photos.count).map { features.rows($0..<($0 + 1)).scalars }
func cosine(_ a: [Float], _ b: [Float]) -> Float {
  func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
}
if let nearest = (1..<photos.count).max(by: {
  cosine(rows[0], rows[$0]) < cosine(rows[0], rows[$1])
}) {
  print(
    "most like \(photos.fileName(at: 0) ?? "image 0"): "
      + "\(photos.fileName(at: nearest) ?? "image \(nearest)")")
}
