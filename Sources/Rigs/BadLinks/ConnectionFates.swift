/// What becomes of connections on the way: replies that are lost once central has sent them, which it
/// does only when it has committed, and connections that a cut link has forgotten.
struct ConnectionFates {
    enum Fate: Equatable {
        case passes
        case isLost
        /// It is lost, and its receiver is told that the connection has ended.
        case isReset
    }

    /// Every so many replies one is lost; 0: none.
    let lossInterval: Int
    /// Replies that were lost.
    private(set) var lostReplies = 0
    private var replies = 0
    /// By the counter's port: whether a request has passed to which no reply has come.
    private var awaitsReply: [UInt16: Bool] = [:]
    private var dead: Set<UInt16> = []

    init(lossInterval: Int) {
        self.lossInterval = lossInterval
    }

    /// Decides about a packet.
    mutating func fate(of packet: TCPPacket, fromCentral: Bool) -> Fate {
        let port = fromCentral ? packet.destinationPort : packet.sourcePort
        if !fromCentral, packet.opens {
            dead.remove(port)
            awaitsReply[port] = false
        }
        if dead.contains(port) { return .isLost }
        guard packet.payloadBytes > 0 else { return .passes }
        guard fromCentral else {
            awaitsReply[port] = true
            return .passes
        }
        guard awaitsReply[port] == true else { return .passes }
        awaitsReply[port] = false
        replies += 1
        guard lossInterval > 0, replies.isMultiple(of: lossInterval) else { return .passes }
        lostReplies += 1
        // By turns the counter is told, and waits in vain.
        if lostReplies.isMultiple(of: 2) {
            dead.insert(port)
            return .isLost
        }
        return .isReset
    }

    /// Forgets the connections that there are: nothing of them passes any more.
    mutating func forgetConnections() {
        dead.formUnion(awaitsReply.keys)
    }
}
