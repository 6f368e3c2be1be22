// What stores in memory are kept on: a value that is copied, written by one at a time, and read by many.

internal import Synchronization

/// A disk in memory. Stores are connections to it, of which there may be several, as of programs to one file.
public final class MemoryDisk<Content: Sendable>: Sendable {
    private let kept: Mutex<(content: Content, version: Int64)>

    init(_ content: Content) { kept = Mutex((content, 0)) }

    /// Another disk that holds what this one holds now. O(1): what is written later is written apart.
    public func copied() -> MemoryDisk { MemoryDisk(content) }

    /// A number that grows with each transaction.
    public var version: Int64 { kept.withLock(\.version) }

    var content: Content { kept.withLock(\.content) }

    /// One writer at a time, as with a file.
    func write<R>(_ body: (Content) throws -> (result: R, content: Content)) throws -> R {
        // The result is the caller's own and goes nowhere else.
        nonisolated(unsafe) var result: R?
        try kept.withLock { kept in
            let written = try body(kept.content)
            kept = (written.content, kept.version + 1)
            result = written.result
        }
        guard let result else { preconditionFailure("a body that ends has a result") }
        return result
    }
}
