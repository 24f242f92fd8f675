import Testing

@testable import RelicNN

@Suite struct NetworkLayersTests {
  static let networks: [(EncoderModel, Stem)] = [
    (.resnet18, .imagenet), (.resnet18, .cifar), (.resnet50, .imagenet), (.efficientnet, .imagenet),
    (.resnet16Tapered, .small),
  ]

  @Test(arguments: networks)
  func `the list holds every parameter and ends in the features`(
    _ model: EncoderModel, _ stem: Stem
  ) {
    let encoder = model.network(stem: stem, seed: 0)
    let layers = encoder.layers(for: [2, 64, 64, 3])
    let listed = layers.all.reduce(0) { sum, entry in
      let module: any Module =
        switch entry.layer {
        case .unit(let unit, _): unit
        case .depthwise(let unit): unit
        case .excitation(let excitation): excitation
        case .maxPool(let pool): pool
        case .averagePool(let pool): pool
        }
      return sum + module.parameters.reduce(0) { $0 + $1.parameter.value.count }
    }
    #expect(listed == encoder.parameters.reduce(0) { $0 + $1.parameter.value.count })
    #expect(layers.all.first?.input == [2, 64, 64, 3])
    #expect(layers.all.last?.output == [2, encoder.featureCount])
    #expect(layers.all.last?.input[1] == 64 / model.outputStride(stem: stem))
    #expect(layers.shape == encoder(Tensor(zeros: [2, 64, 64, 3])).shape)
  }

  @Test(arguments: networks)
  func `training without a cache is training, and inference goes by running statistics`(
    _ model: EncoderModel, _ stem: Stem
  ) {
    check(model.network(stem: stem, seed: 1))
  }

  private func check(_ network: some EncoderNetwork) {
    let images = Formula.images("views", [4, 3, 33, 35])
    let views = images.reshaped([2, 2, 33, 35, 3])
    var cached = network
    var uncached = cached
    let pristine = cached
    let y = cached.forward(views).y
    #expect(y.shape == [2, 2, cached.featureCount])
    #expect(uncached.forwardOnly(views) == y)
    #expect(uncached.stateDict() == cached.stateDict())
    let features = cached(images)
    #expect(cached(views).scalars == features.scalars)
    #expect(features.scalars != y.scalars)
    #expect(features != pristine(images))
  }
}
