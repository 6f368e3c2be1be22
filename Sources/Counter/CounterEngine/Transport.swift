public import Wire

/// What carries one exchange: HTTP, a bundle, a simulator.
public protocol Transport: Sendable {
    /// Sends a request and brings its reply.
    ///
    /// - Parameter token: the device's bearer token.
    /// - Throws: `SyncFailure`; after any of them the same request may be sent again.
    func exchange(
        _ request: SyncRequest, token: String
    ) async throws(SyncFailure) -> SyncReply

    /// Has another bearer token put in the place of the present one, which stays valid until the new
    /// one has been used.
    ///
    /// - Throws: `SyncFailure`; after any of them the same replacement may be sent again.
    func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt

    /// Bytes that crossed the wire so far, headers and failed tries included.
    var traffic: Traffic { get }
}

/// Bytes that crossed the wire.
public struct Traffic: Hashable, Sendable {
    /// Bytes of requests.
    public var bytesSent: Int
    /// Bytes of replies.
    public var bytesReceived: Int

    /// Makes a count.
    public init(bytesSent: Int = 0, bytesReceived: Int = 0) {
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
    }

    /// What was added since an earlier count.
    public static func - (later: Traffic, earlier: Traffic) -> Traffic {
        Traffic(
            bytesSent: later.bytesSent - earlier.bytesSent,
            bytesReceived: later.bytesReceived - earlier.bytesReceived)
    }
}
