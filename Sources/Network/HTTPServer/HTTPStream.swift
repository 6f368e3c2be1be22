/// A body that is written while its reader reads, for as long as both wish: server-sent events, for one.
public final class HTTPStream: Sendable {
    /// Writes the body, and ends it by returning. Its task is cancelled when the reader leaves, stands still
    /// or has to give way, and when the server closes; nothing that it writes then goes anywhere.
    public typealias Producer = @Sendable (HTTPStreamWriter) async -> Void

    let produce: Producer

    /// Describes a body.
    public init(_ produce: @escaping Producer) {
        self.produce = produce
    }
}

/// Where the producer of a stream writes.
public struct HTTPStreamWriter: Sendable {
    let stream: ServerStream

    /// Leaves bytes to be sent after those before them. Never waits: a reader who has left more than
    /// `HTTPServerLimits.streamBufferBytesMax` unread is cut off. So it is for news, which come in small
    /// pieces with pauses, and for nothing that is written as fast as it can be.
    ///
    /// - Returns: whether there is still somebody who reads.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool { stream.write(bytes) }
}
