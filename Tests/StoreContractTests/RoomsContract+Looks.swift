import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store
import Time

extension RoomsContract {
    /// Compares all that the rooms say with what was done in them.
    mutating func look() throws {
        var found = complaints
        let (expected, now, growth) = (expected, now, growth)
        try store.transaction(now: now) { transaction in
            let rooms = Rooms(transaction, mutation)
            func expect(_ condition: Bool, _ complaint: String) {
                if !condition { found.insert(complaint) }
            }
            try Self.lookAtDevices(rooms, expected, expect)
            try Self.lookAtTokens(rooms, expected, expect)
            try Self.lookAtReceipts(rooms, expected, expect)
            expect(try rooms.epoch() == expected.epoch, "central is in another epoch")
            try Self.lookAtAccounts(rooms, expected, now, expect)
            expect(try rooms.trail() == expected.trail, "the trail is not as it was noted")
            expect(try rooms.trailEnd() == expected.end, "the trail ends otherwise")
            let orders = expected.orders.values.sorted { $0.id < $1.id }
            expect(
                try rooms.awaitedOrders() == orders, "orders that wait are not as they were kept")
            expect(
                try rooms.arrivedOrders()
                    == orders.filter { expected.records.contains($0.id) },
                "orders are said to have arrived that have not, or the other way round")
            if !growth.scopes.isEmpty {
                expect(
                    try rooms.scopes(inFeedAfter: growth.position) == growth.scopes,
                    "what has grown is not whose record was written last")
            }
            let end = try rooms.feedEnd().position
            expect(try rooms.scopes(inFeedAfter: end) == [], "there are news behind the end")
            expect(try rooms.keySeed() == expected.seed, "central's key is another")
        }
        complaints = found
    }

    private static func lookAtDevices(
        _ rooms: Rooms<Tried.Transaction>, _ expected: RoomsExpectation,
        _ expect: (Bool, String) -> Void
    ) throws {
        let sorted = expected.devices.sorted { ($0.office, $0.desk) < ($1.office, $1.desk) }
        expect(try rooms.devices() == sorted, "devices are not as they were written")
        for device in expected.devices {
            expect(try rooms.device(device.replica) == device, "a device is not as it was written")
            let family = expected.devices.filter { $0.enrolment == device.enrolment }
                .sorted { ($0.enrolledAt, $0.desk) < ($1.enrolledAt, $1.desk) }
            expect(
                try rooms.devices(ofEnrolment: device.enrolment) == family,
                "the identities of an enrolment are others")
        }
        let called = expected.devices.filter { $0.isSyncRequested || $0.state != .active }
        expect(
            try rooms.calledDevices() == Set(called.map(\.replica)), "others are called than were")
        for (hash, code) in expected.codes {
            expect(try rooms.enrolmentCode(hash) == code, "a code is not as it was noted")
        }
        for hash in expected.gone {
            expect(try rooms.enrolmentCode(hash) == nil, "a code that was dropped is here")
        }
        expect(try rooms.device(ReplicaID(1)) == nil, "there is a device that nobody made")
        for office in offices {
            let own = expected.devices.filter { $0.office == office }.map(\.desk)
            expect(try rooms.highestDesk(of: office) == own.max() ?? 0, "a desk is forgotten")
            expect(
                try rooms.highestNamedDesk(of: office) == expected.named[office] ?? 0,
                "a desk that was named is forgotten")
            for number in 1...6 as ClosedRange<Int64> {
                expect(
                    try rooms.hasDesk(number, of: office) == own.contains(number),
                    "who has a number is not known")
            }
            expect(
                try rooms.deskNumbers(inCodesOf: office) == expected.shownDesks[office] ?? [],
                "codes show other desks")
        }
    }

    private static func lookAtTokens(
        _ rooms: Rooms<Tried.Transaction>, _ expected: RoomsExpectation,
        _ expect: (Bool, String) -> Void
    ) throws {
        for device in expected.devices {
            expect(
                try rooms.standing(ofToken: device.tokenHash) == .present(device),
                "a token is not its device's")
            let token = expected.tokens[device.replica]
            expect(
                try rooms.tokenGeneration(of: device.replica) == token?.generation ?? 0,
                "the number of a token is another")
            if let next = token?.next {
                expect(
                    try rooms.standing(ofToken: next) == .next(device),
                    "the token that follows is not known as that")
            }
        }
        for (hash, replica) in expected.formers {
            guard let device = expected.devices.first(where: { $0.replica == replica }) else {
                continue
            }
            let generation = expected.tokens[replica]?.generation ?? 0
            expect(
                try rooms.standing(ofToken: hash) == .former(device, generation: generation),
                "a token that was replaced is not known as that")
        }
        let nobodys = Hash256(hashing: [0])
        expect(try rooms.standing(ofToken: nobodys) == nil, "a token is somebody's that nobody has")
    }

    private static func lookAtReceipts(
        _ rooms: Rooms<Tried.Transaction>, _ expected: RoomsExpectation,
        _ expect: (Bool, String) -> Void
    ) throws {
        let newest = expected.receipts.sorted { $0.number > $1.number }
        for count in [1, 3, Int.max] {
            expect(
                try rooms.receipts(of: nil, nil, last: count) == Array(newest.prefix(count)),
                "the last receipts are others")
            for device in expected.devices {
                let own = newest.filter { $0.device == device.replica }
                expect(
                    try rooms.receipts(of: device.replica, nil, last: count)
                        == Array(own.prefix(count)), "the receipts of a device are others")
            }
            for office in offices {
                let own = newest.filter { receipt in
                    expected.devices.contains {
                        $0.replica == receipt.device && $0.office == office
                    }
                }
                expect(
                    try rooms.receipts(of: nil, office, last: count) == Array(own.prefix(count)),
                    "the receipts of an office are others")
            }
        }
        let last = Dictionary(
            newest.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        expect(try rooms.lastReceipts() == last, "the last receipt of a device is another")
    }

    private static func lookAtAccounts(
        _ rooms: Rooms<Tried.Transaction>, _ expected: RoomsExpectation, _ now: Timestamp,
        _ expect: (Bool, String) -> Void
    ) throws {
        func words(_ account: AdminAccount?) -> String? {
            account.map { "\($0.name) \($0.role) \($0.password.text) \($0.made.milliseconds)" }
        }
        let admins = expected.admins.values.sorted { $0.name < $1.name }
        expect(try rooms.admins().map(words) == admins.map(words), "accounts are others")
        for name in ["lan", "an", "hoa"] {
            expect(
                try words(rooms.admin(named: name)) == words(expected.admins[name]),
                "an account is another")
        }
        for hash in expected.gone {
            expect(
                try words(rooms.admin(inSession: hash, now: now)) == nil,
                "a session that ended goes on")
        }
        for (hash, session) in expected.sessions {
            let account = session.expires > now ? expected.admins[session.name] : nil
            expect(
                try words(rooms.admin(inSession: hash, now: now)) == words(account),
                "a session is another's, or has not ended")
        }
    }
}
