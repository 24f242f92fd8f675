internal import CCurl
internal import Foundation

/// Asks web servers for files, by libcurl.
///
/// A class because libcurl's handle has one owner; safe because the handle lives as long.
@safe final class HTTPClient {
  /// What is asked for.
  struct Request {
    let address: String
    /// The first byte that is wanted, `nil` for the whole file.
    let start: Int?
    /// Whether the body is freed of what compresses it for the way.
    let isDecoded: Bool
    /// Seconds after which an answer that brings too little is broken off.
    let stall: Int
  }

  /// Why an answer did not come, or not whole.
  enum Failure: Error {
    case unreachable(reason: String)
    case interrupted(reason: String)
    /// The body is not compressed as it is said to be.
    case undecodable(reason: String)
  }

  /// The least bytes a second.
  private static let leastSpeed = 1000
  private static let connectTimeout = 30
  private static let redirections = 10

  // libcurl wants this once in a process, before any other call.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let curl: UnsafeMutableRawPointer
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var fields: [String: String] = [:]
  private var receive: ((HTTPAnswer, [UInt8]) -> Bool)?

  /// Makes a client, `nil` where memory is out.
  init?() {
    guard Self.isReady, let curl = unsafe curl_easy_init() else {
      unsafe message.deallocate()
      return nil
    }
    unsafe self.curl = curl
    unsafe relic_curl_set_message(curl, message)
    unsafe relic_curl_follow(curl, Self.redirections)
    for (option, value) in [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT, Self.connectTimeout),
      (CURLOPT_LOW_SPEED_LIMIT, Self.leastSpeed), (CURLOPT_BUFFERSIZE, 1 << 18),
    ] {
      unsafe relic_curl_set_number(curl, option, value)
    }
    unsafe relic_curl_set_text(curl, CURLOPT_USERAGENT, "relic")
    unsafe relic_curl_set_receivers(
      curl,
      { bytes, size, count, owner in
        unsafe HTTPClient.owner(owner)?.takeHeader(
          [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count)))
        return size * count
      },
      { bytes, size, count, owner in
        let isWanted = unsafe HTTPClient.owner(owner)?.takeBody(
          [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count)))
        // Any other number than that of the bytes ends the transfer.
        return isWanted == true ? size * count : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    unsafe curl_easy_cleanup(curl)
    unsafe message.deallocate()
  }

  /// Asks for a file and gives the parts of the body to `receive` until that returns `false`.
  ///
  /// - Returns: The last answer, if one came, and what went wrong on the way.
  func get(
    _ request: Request, _ receive: @escaping (HTTPAnswer, [UInt8]) -> Bool
  ) -> (answer: HTTPAnswer?, failure: Failure?) {
    self.receive = receive
    fields = [:]
    defer { self.receive = nil }
    unsafe message.pointee = 0
    unsafe relic_curl_set_text(curl, CURLOPT_URL, request.address)
    let range = request.start.map { "\($0)-" }
    unsafe relic_curl_set_text(curl, CURLOPT_RANGE, range)
    unsafe relic_curl_set_number(curl, CURLOPT_LOW_SPEED_TIME, request.stall)
    // An empty list is every method that libcurl knows, none leaves the body as it is sent.
    unsafe relic_curl_set_text(curl, CURLOPT_ACCEPT_ENCODING, request.isDecoded ? "" : nil)
    let headers =
      unsafe request.isDecoded ? nil : curl_slist_append(nil, "Accept-Encoding: identity")
    unsafe relic_curl_set_headers(curl, headers)
    let code = unsafe curl_easy_perform(curl)
    unsafe relic_curl_set_headers(curl, nil)
    unsafe curl_slist_free_all(headers)
    return (answer.status > 0 ? answer : nil, failure(code, request))
  }

  private var answer: HTTPAnswer {
    let length = unsafe relic_curl_offset(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    let type = unsafe relic_curl_text(curl, CURLINFO_CONTENT_TYPE).map { text in
      unsafe String(cString: text).prefix { $0 != ";" }
    }
    return HTTPAnswer(
      status: unsafe relic_curl_number(curl, CURLINFO_RESPONSE_CODE),
      length: length >= 0 ? Int(length) : nil, type: type.map(String.init),
      range: fields["content-range"].flatMap(ContentRange.init),
      isEncoded: !["", "identity"].contains(fields["content-encoding"]?.lowercased() ?? ""),
      wait: unsafe Int(relic_curl_offset(curl, CURLINFO_RETRY_AFTER)))
  }

  /// Says why a transfer ended with `code`, in libcurl's words where they are plain.
  private func failure(_ code: CURLcode, _ request: Request) -> Failure? {
    if code == CURLE_OK { return nil }
    if code == CURLE_OPERATION_TIMEDOUT {
      return unsafe relic_curl_offset(curl, CURLINFO_PRETRANSFER_TIME_T) > 0
        ? .interrupted(
          reason: "less than \(Self.leastSpeed) bytes a second came for \(request.stall) seconds")
        : .unreachable(reason: "no answer within \(Self.connectTimeout) seconds")
    }
    let detail = unsafe String(cString: message)
    let reason = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    if code == CURLE_BAD_CONTENT_ENCODING { return .undecodable(reason: reason) }
    let unreachable = [
      CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_COULDNT_RESOLVE_PROXY,
      CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
      CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_TOO_MANY_REDIRECTS,
    ]
    return unreachable.contains(code)
      ? .unreachable(reason: reason) : .interrupted(reason: reason)
  }

  private func takeHeader(_ bytes: [UInt8]) {
    let line = String(decoding: bytes, as: UTF8.self)
    // The answer after a redirection begins anew.
    if line.hasPrefix("HTTP/") { fields = [:] }
    guard let colon = line.firstIndex(of: ":") else { return }
    fields[line[..<colon].lowercased()] =
      line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func takeBody(_ bytes: [UInt8]) -> Bool { receive?(answer, bytes) ?? false }

  private static func owner(_ pointer: UnsafeMutableRawPointer?) -> HTTPClient? {
    unsafe pointer.map { unsafe Unmanaged<HTTPClient>.fromOpaque($0).takeUnretainedValue() }
  }
}
