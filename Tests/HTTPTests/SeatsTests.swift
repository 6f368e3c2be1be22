import Testing

@testable import Addresses
@testable import HTTP
@testable import HTTPClient
@testable import HTTPServer

@Suite("Who has a connection, and who gives way", .prompt)
struct SeatsTests {
    /// Stands for an exchange.
    private final class Mark {}

    /// A small server: four connections, two of an address, two guests of which one of an address.
    private struct Room {
        var seats: Seats
        var now = ContinuousClock.now
        let marks = (0..<20).map { _ in Mark() }

        init(_ change: (inout HTTPServerLimits) -> Void = { _ in }) {
            var limits = HTTPServerLimits()
            limits.connectionsMax = 4
            limits.connectionsPerAddressMax = 2
            limits.guestsMax = 3
            limits.guestsPerAddressMax = 2
            limits.silenceGrace = .seconds(10)
            change(&limits)
            seats = Seats(limits: limits)
        }

        func mark(_ number: UInt) -> ObjectIdentifier { ObjectIdentifier(marks[Int(number)]) }

        mutating func open(_ key: UInt, _ address: String?) -> (
            isGuest: Bool, leaver: Seats.Leaver?
        ) {
            now += .seconds(1)
            return seats.opened(key, client: address.flatMap { NetworkAddress($0) }, at: now)
        }

        /// A request on a connection, with the connection's number.
        mutating func ask(
            _ key: UInt, _ exchange: UInt? = nil, for client: String? = nil,
            _ wish: Seats.Wish = .work
        ) -> (isTaken: Bool, leaver: Seats.Leaver?, lack: Seats.Lack) {
            now += .seconds(1)
            return seats.arrived(
                mark(exchange ?? key), on: key, client: client.flatMap { NetworkAddress($0) }, wish,
                at: now)
        }

        mutating func wait(_ key: UInt, _ exchange: UInt? = nil) {
            seats.note(isWaiting: true, mark(exchange ?? key), on: key, at: now)
        }

        mutating func end(_ key: UInt, _ exchange: UInt? = nil) {
            now += .seconds(1)
            seats.ended(mark(exchange ?? key), on: key, at: now)
        }
    }

    private let a = "10.0.0.1"
    private let b = "10.0.0.2"

    @Test("while there are seats nobody has to give way")
    func free() {
        var room = Room()
        for (key, address) in [(UInt(1), a), (2, a), (3, b), (4, b)] {
            let opened = room.open(key, address)
            #expect(!opened.isGuest && opened.leaver == nil)
            let asked = room.ask(key)
            #expect(asked.isTaken && asked.leaver == nil)
        }
        #expect(room.seats.seatedCount == 4)
        for key in UInt(1)...4 { room.seats.closed(key) }
        #expect(room.seats.seatedCount == 0)
        #expect(!room.open(5, a).isGuest && !room.open(6, a).isGuest)
    }

    @Test("the longest idle connection of the address closes for a new one of it")
    func idleOfAddress() {
        var room = Room()
        for key in UInt(1)...2 { _ = room.open(key, a) }
        _ = room.open(3, b)
        for key in [UInt(3), 2, 1] {
            _ = room.ask(key)
            room.end(key)
        }
        let opened = room.open(4, a)
        #expect(!opened.isGuest && opened.leaver == .connection(2))
        #expect(room.seats.seatedCount == 3)
        // It is closed later, and counts no more by then.
        room.seats.closed(2)
        #expect(room.seats.seatedCount == 3)
        let next = room.open(5, a)
        #expect(!next.isGuest && next.leaver == .connection(1))
    }

    @Test(
        "when all are taken, one that is idle or has said nothing for long closes, of any address")
    func idleOfAll() {
        var room = Room()
        for (key, address) in [(UInt(1), a), (2, a), (3, b), (4, b)] { _ = room.open(key, address) }
        for key in UInt(2)...4 { _ = room.ask(key) }
        #expect(room.open(5, "10.0.0.3").isGuest, "the silent one may still be shaking hands")
        room.seats.closed(5)
        room.now += .seconds(20)
        let opened = room.open(6, "10.0.0.3")
        #expect(!opened.isGuest && opened.leaver == .connection(1))
    }

    @Test("work lets the longest waiting request be answered; what only waits is told to come back")
    func waiting() {
        var room = Room()
        for key in UInt(1)...2 {
            _ = room.open(key, a)
            _ = room.ask(key, nil, .toWait)
            room.wait(key)
        }
        let guest = room.open(3, a)
        #expect(guest.isGuest && guest.leaver == nil)
        let waiter = room.ask(3, nil, .toWait)
        #expect(!waiter.isTaken && waiter.leaver == nil && waiter.lack == .ofAddress)
        room.end(3)
        room.seats.closed(3)
        _ = room.open(4, a)
        let worker = room.ask(4)
        #expect(worker.isTaken && worker.leaver == .exchange(room.mark(1)))
        // Whoever gave way counts no more; the next one takes the other's place.
        _ = room.open(5, a)
        #expect(room.ask(5).leaver == .exchange(room.mark(2)))
        _ = room.open(6, a)
        let last = room.ask(6)
        #expect(!last.isTaken && last.leaver == nil && last.lack == .ofAddress)
        #expect(room.seats.refusedCount == 2)
    }

    @Test("one that waited and works again does not give way")
    func worksAgain() {
        var room = Room()
        for key in UInt(1)...2 {
            _ = room.open(key, a)
            _ = room.ask(key)
            room.wait(key)
        }
        room.seats.note(isWaiting: false, room.mark(1), on: 1, at: room.now)
        _ = room.open(3, a)
        #expect(room.ask(3).leaver == .exchange(room.mark(2)))
    }

    @Test("a flood of silent guests displaces itself, oldest first, and nobody else")
    func guests() {
        var room = Room()
        for key in UInt(1)...2 {
            _ = room.open(key, a)
            _ = room.ask(key)
        }
        #expect(room.open(3, a).isGuest && room.open(4, a).isGuest)
        let third = room.open(5, a)
        #expect(third.isGuest && third.leaver == .connection(3))
        room.seats.closed(3)
        #expect(!room.ask(4).isTaken, "it is answered, and not displaced while it is")
        #expect(room.open(6, a).leaver == .connection(5))
        #expect(!room.open(7, b).isGuest && !room.open(8, b).isGuest)
        #expect(room.seats.seatedCount == 4)
    }

    @Test("a guest that is displaced while its request arrives counts no more")
    func displacedMeanwhile() {
        var room = Room()
        for key in UInt(1)...2 {
            _ = room.open(key, a)
            _ = room.ask(key)
        }
        for key in UInt(3)...5 { _ = room.open(key, a) }
        #expect(!room.ask(3).isTaken)
        for key in UInt(1)...5 {
            room.end(key)
            room.seats.closed(key)
        }
        #expect(room.seats.isEmpty)
    }

    @Test("behind a trusted proxy the requests of a client have seats, on however many connections")
    func proxied() {
        var room = Room { $0.connectionsMax = 100 }
        for key in UInt(1)...5 { #expect(!room.open(key, nil).isGuest) }
        #expect(room.ask(1, for: a).isTaken)
        #expect(room.ask(2, for: a).isTaken)
        room.wait(2)
        #expect(room.ask(3, for: b).isTaken)
        let waiter = room.ask(4, for: a, .toWait)
        #expect(!waiter.isTaken && waiter.lack == .ofAddress)
        room.end(4)
        let worker = room.ask(4, 14, for: a)
        #expect(worker.isTaken && worker.leaver == .exchange(room.mark(2)))
        let full = room.ask(5, for: a)
        #expect(!full.isTaken && full.leaver == nil)
        room.end(1)
        #expect(room.ask(1, 11, for: a).isTaken)
        for (key, exchange) in [(UInt(1), UInt(11)), (2, 2), (3, 3), (4, 14), (5, 5)] {
            room.end(key, exchange)
        }
        #expect(room.ask(1, 12, for: a).isTaken && room.ask(2, 13, for: a).isTaken)
    }

    @Test("a request that came on a connection which is being closed has no seat to give")
    func requestOfLeaver() {
        var room = Room()
        _ = room.open(1, nil)
        for (key, address) in [(UInt(2), a), (3, a), (4, b)] {
            _ = room.open(key, address)
            _ = room.ask(key)
        }
        _ = room.ask(1, 11, for: b)
        room.end(1, 11)
        #expect(room.open(5, "10.0.0.3").leaver == .connection(1))
        _ = room.ask(5)
        #expect(room.ask(1, 12, for: b).isTaken)
        room.wait(1, 12)
        #expect(room.open(6, "10.0.0.4").isGuest)
        #expect(!room.ask(6).isTaken)
        #expect(room.seats.seatedCount == 4)
    }

    @Test("however they come and go, no more sit than there are seats, and none is forgotten")
    func randomly() {
        var random = SystemRandomNumberGenerator()
        var room = Room { $0.connectionsMax = 6 }
        var open: [UInt: Bool] = [:]
        for step in 0..<5_000 {
            let key = UInt.random(in: 0..<20, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where open[key] == nil:
                _ = room.open(
                    key, ["10.0.0.1", "10.0.0.2", "10.0.0.3", nil].randomElement() ?? nil)
                open[key] = false
            case 1 where open[key] == false:
                _ = room.ask(key, for: Bool.random() ? nil : b, Bool.random() ? .work : .toWait)
                open[key] = true
            case 2 where open[key] == true: room.wait(key)
            case 3 where open[key] == true:
                room.end(key)
                open[key] = false
            case 4 where open[key] != nil:
                if open[key] == true { room.end(key) }
                room.seats.closed(key)
                open[key] = nil
            default: break
            }
            #expect(room.seats.seatedCount <= 6, "step \(step)")
        }
        for (key, isAsking) in open {
            if isAsking { room.end(key) }
            room.seats.closed(key)
        }
        #expect(room.seats.seatedCount == 0)
        #expect(room.seats.isEmpty)
    }
}
