internal import RelicNN

/// What one record of an event file tells TensorBoard (event.proto and summary.proto of TensorFlow).
struct EventRecord {
  enum Content {
    /// That the file is one of events, always the first.
    case version
    /// That what earlier files say of this step and later ones is void.
    case start
    /// Numbers, each under its tag.
    case scalars([(tag: String, value: Double)])
  }

  /// Seconds since 1970.
  let wallTime: Double
  var step = 0
  let content: Content

  /// The record with its length and the checksums of both (tfrecord).
  var bytes: [UInt8] {
    let message = message.bytes
    let length = UInt64(message.count).littleEndianBytes
    return length + CRC32C.masked(length).littleEndianBytes + message
      + CRC32C.masked(message).littleEndianBytes
  }

  private var message: ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, wallTime)
    if step > 0 { event.add(2, step) }
    switch content {
    case .version: event.add(3, "brain.Event:2")
    case .start:
      var session = ProtobufMessage()
      session.add(1, 1)
      event.add(7, session)
    case .scalars(let scalars):
      var summary = ProtobufMessage()
      for (tag, value) in scalars {
        var entry = ProtobufMessage()
        entry.add(1, tag)
        entry.add(2, Float(value))
        summary.add(1, entry)
      }
      event.add(5, summary)
    }
    return event
  }
}
