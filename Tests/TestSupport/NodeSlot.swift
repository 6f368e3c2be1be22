public import CentralEngine
public import SQLiteStore
internal import Synchronization

/// The node that the links of a fleet lead to; a test may put another one in its place.
public final class NodeSlot: Sendable {
    private let state: Mutex<(node: CentralNode<CentralDatabase>, path: String)>

    /// Holds a node over a file.
    public init(_ node: CentralNode<CentralDatabase>, path: String) {
        state = Mutex((node, path))
    }

    /// The node that answers now.
    public var node: CentralNode<CentralDatabase> { state.withLock(\.node) }
    /// Its file.
    public var path: String { state.withLock(\.path) }

    /// Puts another node in its place.
    public func replace(_ node: CentralNode<CentralDatabase>, path: String) {
        state.withLock { $0 = (node, path) }
    }
}
