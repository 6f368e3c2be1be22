// Who may hold how many connections, and who gives way. libmicrohttpd closes what is too much at
// accept, so that the peer sees a reset; here it is counted by us, and told to come back.
//
// A connection holds a seat from its accept to its end, one of its peer's address and one of all. Behind
// a trusted proxy it is the request that holds a seat of its client's address, from its headers to its
// answer. Who comes when no seat is free
//  - takes that of a connection which is idle, the longest idle first: between two requests nothing is
//    lost, and a client opens another;
//  - else is a guest: a connection that may say what it wants. If it is work, whoever has waited for news
//    longest is answered and gives way; a guest that only wants to wait, or for whom nobody waits, is
//    answered 503 with `Retry-After`. Waiting requests so never drive each other away.
// There is room for some guests; when more come, those that have not said anything give way, the
// oldest first. Pure: the moment is given.

internal import Addresses

/// The seats of one server.
struct Seats {
    /// What holds a seat.
    enum Holder: Hashable, Sendable {
        /// A connection, by its key.
        case connection(UInt)
        /// A request that a trusted proxy forwards, by its exchange.
        case exchange(ObjectIdentifier)
    }

    /// What the holder of a seat is doing.
    enum Stage: Sendable {
        /// It has not yet sent a request.
        case new
        /// A request is under way.
        case busy
        /// A request is under way that only waits for news.
        case waiting
        /// It is between two requests.
        case idle
    }

    /// Who has to give way.
    enum Leaver: Hashable, Sendable {
        /// A connection that is to be closed.
        case connection(UInt)
        /// An exchange that waits and is to be answered now.
        case exchange(ObjectIdentifier)
    }

    /// What was full when there was no seat.
    enum Lack {
        case ofAll
        case ofAddress
    }

    /// What is known of what a request wants.
    enum Wish {
        case work
        case toWait
    }

    private struct Seat {
        let client: NetworkAddress?
        var stage = Stage.new
        var since: ContinuousClock.Instant
        var isGuest: Bool
        /// Whether it was told to give way: it counts no more.
        var isLeaving = false
        /// The exchange that is under way.
        var exchange: ObjectIdentifier?
        /// The connection of an exchange.
        var connection: UInt?
    }

    private let limits: HTTPServerLimits
    private var seats: [Holder: Seat] = [:]
    private var connectionCount = 0
    private var counts: [NetworkAddress: Int] = [:]
    private var guestCount = 0
    /// Requests that were told to come back.
    private(set) var refusedCount = 0

    init(limits: HTTPServerLimits) {
        self.limits = limits
    }

    /// Connections that have a seat.
    var seatedCount: Int { connectionCount }

    /// Whether nobody is there, and nothing is counted.
    var isEmpty: Bool {
        seats.isEmpty && connectionCount == 0 && counts.isEmpty && guestCount == 0
    }

    /// Takes in a new connection: whether it is a guest, and who has to give way for it.
    ///
    /// - Parameter client: whose seats it takes; `nil` for a trusted proxy.
    mutating func opened(
        _ key: UInt, client: NetworkAddress?, at now: ContinuousClock.Instant
    ) -> (isGuest: Bool, leaver: Leaver?) {
        let holder = Holder.connection(key)
        var leaver: Leaver?
        var isGuest = !hasRoom(holder, client)
        if isGuest, let idle = longest(.idle, isFull(client) ? client : nil, for: holder, now) {
            leaver = makeLeave(idle)
            isGuest = !hasRoom(holder, client)
        }
        if isGuest {
            let own = guests(of: client)
            if own.count >= limits.guestsPerAddressMax, let silent = oldestNew(own) {
                leaver = makeLeave(silent)
            } else if guestCount >= limits.guestsMax, let silent = oldestNew(guests(of: nil)) {
                leaver = makeLeave(silent)
            }
        }
        seats[holder] = Seat(client: client, since: now, isGuest: isGuest)
        count(holder, 1)
        return (isGuest, leaver)
    }

    /// Takes in a request whose headers have arrived.
    ///
    /// - Parameters:
    ///   - key: its connection.
    ///   - client: who asks, behind a trusted proxy; `nil` when that is the connection's peer.
    /// - Returns: whether it may go on, who has to give way for it, and what there is too little of.
    mutating func arrived(
        _ exchange: ObjectIdentifier, on key: UInt, client: NetworkAddress?, _ wish: Wish,
        at now: ContinuousClock.Instant
    ) -> (isTaken: Bool, leaver: Leaver?, lack: Lack) {
        let connection = Holder.connection(key)
        seats[connection]?.exchange = exchange
        note(.busy, connection, at: now)
        var leaver: Leaver?
        if seats[connection]?.isGuest == true {
            // It was displaced just now, and is being closed.
            guard seats[connection]?.isLeaving == false else { return refused(nil, nil) }
            let peer = seats[connection]?.client
            let seating = seating(connection, peer, wish, now)
            guard seating.isFree else { return refused(nil, peer) }
            leaver = seating.leaver
            count(connection, -1)
            seats[connection]?.isGuest = false
            count(connection, 1)
        }
        guard let client else { return (true, leaver, .ofAll) }
        let holder = Holder.exchange(exchange)
        let seating = seating(holder, client, wish, now)
        guard seating.isFree else { return refused(leaver, client) }
        seats[holder] = Seat(
            client: client, stage: .busy, since: now, isGuest: false, exchange: exchange,
            connection: key)
        count(holder, 1)
        return (true, leaver ?? seating.leaver, .ofAll)
    }

    /// Notes that a request begins to wait for news, or works again.
    mutating func note(
        isWaiting: Bool, _ exchange: ObjectIdentifier, on key: UInt,
        at now: ContinuousClock.Instant
    ) {
        for holder in [Holder.connection(key), .exchange(exchange)]
        where seats[holder]?.exchange == exchange {
            note(isWaiting ? .waiting : .busy, holder, at: now)
        }
    }

    /// Notes that a request has been answered.
    mutating func ended(
        _ exchange: ObjectIdentifier, on key: UInt, at now: ContinuousClock.Instant
    ) {
        leave(.exchange(exchange))
        let connection = Holder.connection(key)
        guard seats[connection]?.exchange == exchange else { return }
        seats[connection]?.exchange = nil
        note(.idle, connection, at: now)
    }

    /// Notes that a connection is closed.
    mutating func closed(_ key: UInt) {
        leave(.connection(key))
    }
}

extension Seats {
    /// Whether there is a seat, perhaps when somebody gives way.
    private mutating func seating(
        _ holder: Holder, _ client: NetworkAddress?, _ wish: Wish, _ now: ContinuousClock.Instant
    ) -> (isFree: Bool, leaver: Leaver?) {
        if hasRoom(holder, client) { return (true, nil) }
        let scope = isFull(client) ? client : nil
        if let idle = longest(.idle, scope, for: holder, now) { return (true, makeLeave(idle)) }
        guard case .work = wish, let waiting = longest(.waiting, scope, for: holder, now) else {
            return (false, nil)
        }
        return (true, makeLeave(waiting))
    }

    private mutating func refused(
        _ leaver: Leaver?, _ client: NetworkAddress?
    ) -> (isTaken: Bool, leaver: Leaver?, lack: Lack) {
        refusedCount += 1
        return (false, leaver, isFull(client) ? .ofAddress : .ofAll)
    }

    private func isFull(_ client: NetworkAddress?) -> Bool {
        guard let client else { return false }
        return counts[client, default: 0] >= limits.connectionsPerAddressMax
    }

    private func hasRoom(_ holder: Holder, _ client: NetworkAddress?) -> Bool {
        guard !isFull(client) else { return false }
        // A forwarded request has come on a connection that has its seat.
        if case .exchange = holder { return true }
        return connectionCount < limits.connectionsMax
    }

    /// Who has been at a stage longest, of an address or of all. A connection that has said nothing for
    /// a while is as idle as one between two requests.
    private func longest(
        _ stage: Stage, _ client: NetworkAddress?, for newcomer: Holder,
        _ now: ContinuousClock.Instant
    ) -> Holder? {
        var needsConnection = false
        if case .connection = newcomer {
            needsConnection = connectionCount >= limits.connectionsMax
        }
        return seats.lazy.filter { holder, seat in
            guard !seat.isGuest, !seat.isLeaving, client == nil || seat.client == client,
                !needsConnection || hasConnection(seat)
            else { return false }
            switch (stage, seat.stage) {
            case (.idle, .idle), (.waiting, .waiting): return true
            case (.idle, .new): return now - seat.since > limits.silenceGrace
            default: return false
            }
        }.min { $0.value.since < $1.value.since }?.key
    }

    /// Whether a connection's seat is given up with this one: that of a request's may be already.
    private func hasConnection(_ seat: Seat) -> Bool {
        guard let key = seat.connection else { return true }
        guard let connection = seats[.connection(key)] else { return false }
        return !connection.isGuest && !connection.isLeaving
    }

    private func guests(of client: NetworkAddress?) -> [(key: Holder, value: Seat)] {
        seats.filter { $1.isGuest && !$1.isLeaving && (client == nil || $1.client == client) }
            .map { ($0.key, $0.value) }
    }

    private func oldestNew(_ guests: [(key: Holder, value: Seat)]) -> Holder? {
        guests.filter { $0.value.stage == .new || $0.value.stage == .idle }
            .min { $0.value.since < $1.value.since }?.key
    }

    private mutating func makeLeave(_ holder: Holder) -> Leaver? {
        guard let seat = seats[holder] else { return nil }
        count(holder, -1)
        seats[holder]?.isLeaving = true
        if let exchange = seat.exchange, seat.stage == .waiting {
            // Both the request's seat and that of its connection are given up.
            for (other, seat) in seats where seat.exchange == exchange && !seat.isLeaving {
                count(other, -1)
                seats[other]?.isLeaving = true
            }
            return .exchange(exchange)
        }
        guard case .connection(let key) = holder else { return nil }
        return .connection(key)
    }

    private mutating func note(
        _ stage: Stage, _ holder: Holder, at now: ContinuousClock.Instant
    ) {
        seats[holder]?.stage = stage
        seats[holder]?.since = now
    }

    private mutating func leave(_ holder: Holder) {
        guard let seat = seats[holder] else { return }
        if !seat.isLeaving { count(holder, -1) }
        seats[holder] = nil
    }

    private mutating func count(_ holder: Holder, _ step: Int) {
        guard let seat = seats[holder] else { return }
        guard !seat.isGuest else {
            guestCount += step
            return
        }
        if case .connection = holder { connectionCount += step }
        guard let client = seat.client else { return }
        let count = counts[client, default: 0] + step
        counts[client] = count == 0 ? nil : count
    }
}
