/// The first layers of a ResNet.
public enum Stem: String, CaseIterable, Sendable {
  /// A 7x7 convolution of stride 2 and a max pool, as torchvision has it.
  case imagenet
  /// A 3x3 convolution of stride 1 without a pool, for small images.
  case cifar
  /// A 3x3 convolution of stride 2 without a pool: a quarter of the work of ``cifar``.
  case small
}
