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

  /// The port it listens on.
  public let port: UInt16
  private let socketDescriptor: Int32
  private let requested = Mutex<[String]>([])

  /// The request lines and range headers seen so far.
  public var requests: [String] { requested.withLock { $0 } }

  /// Starts to serve `content` under every path.
  public init(_ content: [UInt8], _ manner: Manner) throws {
    socketDescriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = socketDescriptor
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard unsafe bind(descriptor, address, size) == 0, listen(descriptor, 8) == 0 else {
          return Int32(-1)
        }
        return unsafe getsockname(descriptor, address, &size)
      }
    }
    guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in serve(content, manner) }
  }

  /// Ends the server, once.
  ///
  /// Its thread leaves `accept` and closes the socket itself: were the number free earlier, the
  /// thread might accept for the next server that gets it.
  public func stop() {
    shutdown(socketDescriptor, Int32(SHUT_RDWR))
  }

  private func serve(_ content: [UInt8], _ manner: Manner) {
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
      requested.withLock {
        $0.append("\(lines.first ?? "")\(range.map { " \($0)" } ?? "")")
      }
      let wanted = range.flatMap { Int($0.drop { $0 != "=" }.dropFirst().dropLast()) } ?? 0
      answer(connection, content, manner, from: wanted)
      close(connection)
    }
  }

  private func answer(_ connection: Int32, _ content: [UInt8], _ manner: Manner, from wanted: Int) {
    var start = wanted
    var extra = 0
    var limit = Int.max
    var announces = true
    switch manner {
    case .honest: break
    case .dropping(let after): limit = after
    case .lying(let by): extra = by
    case .silent: announces = false
    case .forgetful: start = 0
    case .missing:
      send(connection, Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8))
      return
    }
    if start >= content.count, start > 0 {
      send(connection, Array("HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n".utf8))
      return
    }
    let rest = Array(content[start...])
    let status = start > 0 ? "206 Partial Content" : "200 OK"
    let length = announces ? "Content-Length: \(rest.count + extra)\r\n" : ""
    let header = "HTTP/1.1 \(status)\r\n\(length)Connection: close\r\n\r\n"
    send(connection, Array(header.utf8) + rest.prefix(limit))
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
