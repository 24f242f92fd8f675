/// An encoder architecture, by the reference's option values.
public enum EncoderModel: String, CaseIterable, Sendable {
  case resnet18
  case resnet50
  case efficientnet
}
