// Requests are carried to a node in this process, over a link that tests can bend. The bytes are those
// of the wire: every exchange is encoded and decoded.

public import CounterEngine
internal import CentralEngine
internal import Synchronization
public import Wire

/// What a test does to the next exchanges.
public enum LinkFault: Sendable {
    /// The request never arrives.
    case requestLost
    /// Central does its work, and the reply is lost.
    case replyLost
    /// Central gets the request twice; the reply is the second one's.
    case requestRepeated
    /// The request arrives cut short.
    case requestTruncated
    /// The reply arrives cut short.
    case replyTruncated
}

/// Hands requests to a node in this process, in the bytes of the wire.
public final class DirectTransport: Transport {
    /// Changes a request on its way, or does something while it is under way.
    public typealias RequestHook = @Sendable (inout SyncRequest) throws -> Void
    /// Looks at a reply, or does something before it arrives.
    public typealias ReplyHook = @Sendable (SyncReply) throws -> Void

    /// Looks at a new token's way to central.
    public typealias TokenHook = @Sendable (TokenReplacement) throws -> Void

    private struct State {
        var faults: [LinkFault?] = []
        var tokenFaults: [LinkFault?] = []
        var tokenHook: TokenHook?
        var traffic = Traffic()
        var isDown = false
        var requestHook: RequestHook?
        var replyHook: ReplyHook?
    }

    private let slot: NodeSlot
    private let state = Mutex(State())

    /// Talks to the node that is in the slot.
    public init(slot: NodeSlot) {
        self.slot = slot
    }

    /// Calls this with every request before it leaves.
    public func onRequest(_ hook: RequestHook?) {
        state.withLock { $0.requestHook = hook }
    }

    /// Calls this with every reply before the counter has it.
    public func onReply(_ hook: ReplyHook?) {
        state.withLock { $0.replyHook = hook }
    }

    /// Bytes of bodies so far.
    public var traffic: Traffic { state.withLock(\.traffic) }

    /// What the next exchanges meet, one each; `nil` is a good one.
    public func meet(_ faults: [LinkFault?]) {
        state.withLock { $0.faults = faults }
    }

    /// What the next replacements of the token meet, one each; `nil` is a good one.
    public func meetWithTokens(_ faults: [LinkFault?]) {
        state.withLock { $0.tokenFaults = faults }
    }

    /// Calls this with every new token's hash before it leaves.
    public func onToken(_ hook: TokenHook?) {
        state.withLock { $0.tokenHook = hook }
    }

    /// Takes the link down or brings it back.
    public func setDown(_ isDown: Bool) {
        state.withLock { $0.isDown = isDown }
    }

    /// Carries one exchange.
    public func exchange(
        _ request: SyncRequest, token: String
    ) async throws(SyncFailure) -> SyncReply {
        let (fault, hooks) = state.withLock { state in
            (state.faults.isEmpty ? nil : state.faults.removeFirst(), state)
        }
        if hooks.isDown { throw .unreachable(reason: "the test took the link down") }
        var request = request
        try run { try hooks.requestHook?(&request) }
        let node = slot.node
        var bytes = request.encoded()
        state.withLock { $0.traffic.bytesSent += bytes.count }
        switch fault {
        case .requestLost: throw .interrupted(reason: "the test lost the request")
        case .requestTruncated: bytes.removeLast(bytes.count / 3)
        default: break
        }
        let holder = try await node.holder(ofPresented: token)
        func exchange() async throws(SyncFailure) -> SyncReply {
            try await node.exchange(
                try SyncRequest(encoded: bytes), from: holder.replica, WaitingRequest(of: holder))
        }
        var reply = try await exchange()
        if case .requestRepeated? = fault { reply = try await exchange() }
        if case .replyLost? = fault { throw .interrupted(reason: "the test lost the reply") }
        var answer = reply.encoded()
        state.withLock { $0.traffic.bytesReceived += answer.count }
        if case .replyTruncated? = fault { answer.removeLast(answer.count / 3) }
        try run { try hooks.replyHook?(reply) }
        return try SyncReply(encoded: answer)
    }

    /// Carries a new token, or the link's faults: what is cut short is not JSON any more.
    public func replaceToken(
        _ replacement: TokenReplacement
    ) async throws(SyncFailure) -> TokenReceipt {
        let (fault, hooks) = state.withLock { state in
            let fault = state.tokenFaults.isEmpty ? nil : state.tokenFaults.removeFirst()
            return (fault, state)
        }
        if hooks.isDown { throw .unreachable(reason: "the test took the link down") }
        try run { try hooks.tokenHook?(replacement) }
        switch fault {
        case .requestLost: throw .interrupted(reason: "the test lost the request")
        case .requestTruncated:
            throw .malformed(what: "token replacement", reason: "the test cut it short")
        default: break
        }
        let node = slot.node
        var receipt = try await node.replaceToken(try TokenReplacement(json: replacement.json))
        if case .requestRepeated? = fault {
            receipt = try await node.replaceToken(replacement)
        }
        switch fault {
        case .replyLost: throw .interrupted(reason: "the test lost the reply")
        case .replyTruncated: throw .notCentral(status: 200, contentType: "cut short")
        default: break
        }
        return receipt
    }

    private func run(_ hook: () throws -> Void) throws(SyncFailure) {
        do {
            try hook()
        } catch {
            throw error as? SyncFailure ?? .interrupted(reason: "the test's hook: \(error)")
        }
    }
}
