internal import Foundation
internal import Synchronization

/// An HTTP server for one file on the loopback address, with the manners of bad ones.
///
/// Each connection gets one answer and is closed.
public final class LocalServer: Sendable {
  /// How it answers.
  public enum Manner: Sendable {
    /// Sends what is asked for.
    case honest
    /// Closes each connection after so many bytes.
    case dropping(after: Int)
    /// Announces so many bytes more than it has.
    case lying(by: Int)
    /// Announces no length.
    case silent
    /// Knows no range requests.
    case forgetful
    /// Answers with status 404.
    case missing
  }

  /// What is sent for a request.
  public struct Answer: Sendable {
    /// The status code.
    public var status = 200
    /// Lines beside `Content-Length` and `Connection`.
    public var headers: [String] = []
    /// What is sent after the header, up to `limit`.
    public var body: [UInt8] = []
    /// The length that is announced, `nil` for none.
    public var length: Int?
    /// The bytes of the body that are sent.
    public var limit = Int.max
    /// Whether the connection stays open, and silent, until the client closes it or for 20 seconds.
    public var stalls = false

    /// Answers with a body and its length.
    public init(_ status: Int, _ body: [UInt8] = [], headers: [String] = []) {
      self.status = status
      self.body = body
      self.headers = headers
      length = body.count
    }

    /// Answers with the bytes of `content` from `start` on, a part of it unless that is 0.
    public init(_ content: [UInt8], from start: Int) {
      if start == 0 {
        self.init(200, content)
      } else if start >= content.count {
        self.init(416, headers: ["Content-Range: bytes */\(content.count)"])
      } else {
        let range = "\(start)-\(content.count - 1)/\(content.count)"
        self.init(206, Array(content[start...]), headers: ["Content-Range: bytes \(range)"])
      }
    }
  }

  /// The port it listens on.
  public let port: UInt16
  private let socketDescriptor: Int32
  private let requested = Mutex<[String]>([])

  /// The request lines and range headers seen so far.
  public var requests: [String] { requested.withLock { $0 } }

  /// Starts to serve `content` under every path.
  public convenience init(_ content: [UInt8], _ manner: Manner) throws {
    try self.init { _, start in Self.answer(content, manner, from: start ?? 0) }
  }

  /// Starts to answer every request by `answer`.
  ///
  /// - Parameter answer: Gets the number of requests before this one, and the first byte that is
  ///   wanted where only a part is.
  /// - Throws: The system has no address to listen on.
  public init(answer: @escaping @Sendable (_ number: Int, _ start: Int?) -> Answer) throws {
    let (descriptor, port) = try boundSocket()
    guard listen(descriptor, 8) == 0 else {
      close(descriptor)
      throw POSIXError(.EADDRNOTAVAIL)
    }
    (socketDescriptor, self.port) = (descriptor, port)
    Thread.detachNewThread { [self] in serve(answer) }
  }

  /// Ends the server, once.
  ///
  /// Its thread leaves `accept` and closes the socket itself: were the number free earlier, the
  /// thread might accept for the next server that gets it.
  public func stop() {
    shutdown(socketDescriptor, Int32(SHUT_RDWR))
  }

  private func serve(_ answer: (Int, Int?) -> Answer) {
    while true {
      let connection = accept(socketDescriptor, nil, nil)
      if connection < 0 {
        close(socketDescriptor)
        return
      }
      var request: [UInt8] = []
      var byte: UInt8 = 0
      while request.suffix(4) != [13, 10, 13, 10], unsafe read(connection, &byte, 1) == 1 {
        request.append(byte)
      }
      let lines = String(decoding: request, as: UTF8.self).split(separator: "\r\n")
      let range = lines.first { $0.lowercased().hasPrefix("range:") }
      let number = requested.withLock {
        $0.append("\(lines.first ?? "")\(range.map { " \($0)" } ?? "")")
        return $0.count - 1
      }
      let start = range.flatMap { Int($0.drop { $0 != "=" }.dropFirst().dropLast()) }
      send(connection, answer(number, start))
      close(connection)
    }
  }

  private static func answer(_ content: [UInt8], _ manner: Manner, from start: Int) -> Answer {
    var answer = Answer(content, from: manner.knowsRanges ? start : 0)
    switch manner {
    case .honest, .forgetful: break
    case .dropping(let after): answer.limit = after
    case .lying(let by): answer.length? += answer.status == 416 ? 0 : by
    case .silent: answer.length = nil
    case .missing: answer = Answer(404)
    }
    return answer
  }

  private func send(_ connection: Int32, _ answer: Answer) {
    let length = answer.length.map { ["Content-Length: \($0)"] } ?? []
    let lines = ["HTTP/1.1 \(answer.status) Answer", "Connection: close"] + length + answer.headers
    let header = lines.map { $0 + "\r\n" }.joined() + "\r\n"
    send(connection, Array(header.utf8) + answer.body.prefix(answer.limit))
    guard answer.stalls else { return }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    unsafe setsockopt(
      connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var byte: UInt8 = 0
    _ = unsafe read(connection, &byte, 1)
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          connection, buffer.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }
}

/// A port of the loopback address at which nobody listens, and which nobody else can get meanwhile.
public struct SilentPort: ~Copyable {
  /// Its number.
  public let number: UInt16
  private let socketDescriptor: Int32

  /// Takes a port that is free.
  ///
  /// - Throws: The system has none.
  public init() throws {
    (socketDescriptor, number) = try boundSocket()
  }

  deinit { close(socketDescriptor) }
}

/// Returns a new socket and the port of the loopback address that it has been bound to.
private func boundSocket() throws -> (descriptor: Int32, port: UInt16) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      guard unsafe bind(descriptor, address, size) == 0 else { return Int32(-1) }
      return unsafe getsockname(descriptor, address, &size)
    }
  }
  guard status == 0 else {
    close(descriptor)
    throw POSIXError(.EADDRNOTAVAIL)
  }
  return (descriptor, UInt16(bigEndian: address.sin_port))
}

extension LocalServer.Manner {
  fileprivate var knowsRanges: Bool {
    if case .forgetful = self { false } else { true }
  }
}
