import CMicrohttpd
import Glibc
internal import HTTP

/// libmicrohttpd's connection.
///
/// `@unchecked Sendable`: libmicrohttpd guards it with its own locks, and `ServerExchange` says
/// when it may be used.
struct ServerConnection: @unchecked Sendable {
    let pointer: OpaquePointer
    let socket: Int32

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        self.socket = shim_connection_socket(pointer)
    }

    /// Names the connection as long as it is open.
    var key: UInt { UInt(bitPattern: pointer) }

    /// The headers of the current request.
    func headers() -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in values(.HEADER_KIND) { headers.append(name, value) }
        return headers
    }

    /// The raw names and values of the current request's query.
    func query() -> [(name: String, value: String)] { values(.GET_ARGUMENT_KIND) }

    private func values(_ kind: MHD_ValueKind) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &pairs) { pairs in
            _ = MHD_get_connection_values_n(
                pointer, kind,
                { context, _, name, nameBytes, value, valueBytes in
                    guard let context else { return .NO }
                    context.assumingMemoryBound(to: [(name: String, value: String)].self)
                        .pointee.append((text(name, nameBytes), text(value, valueBytes)))
                    return .YES
                }, pairs)
        }
        return pairs
    }

    /// The peer's numeric address without port, empty when unknown.
    func remoteAddress() -> String {
        guard let address = shim_client_address(pointer) else { return "" }
        let isIPv6 = Int32(address.pointee.sa_family) == AF_INET6
        let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = getnameinfo(
            address, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        guard result == 0 else { return "" }
        return text(name, strlen(name))
    }

    /// Hands an answer to libmicrohttpd, which copies it; `NO` closes the connection.
    func queue(_ response: HTTPResponse) -> MHD_Result {
        guard let message = Self.message(response) else {
            let problem = HTTPResponse.problem(500, "The answer could not be sent")
            guard let substitute = Self.message(problem) else { return .NO }
            return queue(substitute, status: problem.status)
        }
        return queue(message, status: response.status)
    }

    /// Writes a small answer past libmicrohttpd, which must close the connection afterwards.
    ///
    /// Only for plain HTTP, before any other answer. What the socket does not take at once is
    /// lost: the peer then sees a closed connection instead.
    func write(_ response: HTTPResponse) {
        var text = "HTTP/1.1 \(response.status) Refused\r\nConnection: close\r\n"
        for field in response.headers.fields { text += "\(field.name): \(field.value)\r\n" }
        text += "Content-Length: \(response.body.count)\r\n\r\n"
        let bytes = Array(text.utf8) + response.body
        _ = send(socket, bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    }

    /// Hands an answer to libmicrohttpd whose body is written while it is read; `NO` closes the connection.
    func queue(_ response: HTTPResponse, _ stream: ServerStream) -> MHD_Result {
        guard let message = stream.makeMessage() else { return .NO }
        guard (200...599).contains(response.status), Self.add(response.headers, to: message) else {
            MHD_destroy_response(message)
            return .NO
        }
        return queue(message, status: response.status)
    }

    private func queue(_ message: OpaquePointer, status: Int) -> MHD_Result {
        defer { MHD_destroy_response(message) }
        return MHD_queue_response(pointer, UInt32(status), message)
    }

    /// nil when the status or a header cannot be sent.
    private static func message(_ response: HTTPResponse) -> OpaquePointer? {
        guard (200...599).contains(response.status) else { return nil }
        let hasBody = response.status != 204 && response.status != 304
        var body = hasBody ? response.body : []
        let created = body.withUnsafeMutableBytes {
            MHD_create_response_from_buffer($0.count, $0.baseAddress, .RESPMEM_MUST_COPY)
        }
        guard let created else { return nil }
        guard add(response.headers, to: created) else {
            MHD_destroy_response(created)
            return nil
        }
        return created
    }

    private static func add(_ headers: HTTPHeaders, to message: OpaquePointer) -> Bool {
        guard headers.fields.allSatisfy(\.isWellFormed) else { return false }
        for field in headers.fields {
            let isFraming =
                field.name.isSameHeaderName(as: "Content-Length")
                || field.name.isSameHeaderName(as: "Transfer-Encoding")
            if isFraming { continue }
            guard MHD_add_response_header(message, field.name, field.value) == .YES else {
                return false
            }
        }
        return true
    }
}

private func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
    String(
        decoding: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count),
        as: UTF8.self)
}
