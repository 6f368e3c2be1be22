// The lists that an admin gives a restored central: who was shut out, and what was ordered to be erased.

internal import Causality
internal import CommandLine
internal import Crypto
internal import Foundation
internal import JSON
internal import Text
internal import ReplicaStore
internal import Replication

/// The lists of `central recover`, read whole before anything is written.
struct RecoveryLists {
    private var revoked: [ClosedIdentity]?
    private var orders: [RecordState]?

    /// Neither was given.
    var isEmpty: Bool { revoked == nil && orders == nil }

    init(_ invocation: Invocation) throws {
        revoked = try invocation.value("--revoked").map(Self.readRevoked)
        orders = try invocation.value("--orders").map(Self.readOrders)
    }

    /// Shuts out and erases what they name.
    func take(_ transaction: WriteTransaction, _ database: ReplicaDatabase) throws -> GivenLists {
        var given = GivenLists()
        if let revoked {
            for identity in revoked where try shutOut(identity, transaction) {
                given.shutOut += 1
            }
            try transaction.noteRevocationsGiven()
        }
        if let orders {
            guard let key = try database.centralKeySeed().flatMap(SigningKey.init(seed:))?.publicKey
            else { throw StoreError.damaged(table: "central_key", key: 1) }
            for notice in orders {
                switch try transaction.giveBack(notice, signedBy: key) {
                case .erased: given.erased += 1
                case .isKnown: break
                case .isAwaited: given.awaited += 1
                case .isOfAnotherKey: given.unsigned.append(notice.id)
                }
            }
            try transaction.noteOrdersGiven()
        }
        return given
    }

    private func shutOut(_ identity: ClosedIdentity, _ transaction: WriteTransaction) throws -> Bool
    {
        do {
            return try transaction.shutOutAgain(identity)
        } catch let error as RevocationError {
            throw CommandFailure(error)
        }
    }

    private static func readRevoked(_ path: String) throws -> [ClosedIdentity] {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        } catch let error as JSONError {
            throw fault(path, error)
        } catch {
            throw unreadable(path)
        }
        guard let entries = json.arrayValue else { throw fault(path, nil) }
        return try entries.map { entry in
            guard let identity = ClosedIdentity(json: entry) else { throw fault(path, nil) }
            return identity
        }
    }

    private static func readOrders(_ path: String) throws -> [RecordState] {
        var orders: [RecordState] = []
        do {
            var lines = try LineReader(path: path)
            while let line = try lines.next() {
                guard let text = try JSONValue(parsing: line.bytes)["order"]?.stringValue,
                    let bytes = Hexadecimal.bytes(text)
                else { throw fault(path, nil) }
                orders.append(try RecordState(canonicalBytes: bytes))
            }
        } catch JSONError.cannotOpen {
            throw unreadable(path)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw fault(path, nil)
        }
        return orders
    }

    private static func unreadable(_ path: String) -> CommandFailure {
        CommandFailure(
            .noInput,
            Message("\(path) cannot be read", vi: "không đọc được \(path)"))
    }

    private static func fault(_ path: String, _ error: JSONError?) -> CommandFailure {
        CommandFailure(
            .dataError,
            Message(
                "\(path) is no such list\(error.map { ": \($0)" } ?? ""); nothing was done",
                vi: "\(path) không phải danh sách đó; chưa làm gì"),
            hint: Message(
                "the lists are written by: central devices --revoked --json, central erasures --json",
                vi:
                    "danh sách được ghi bằng: central devices --revoked --json, central erasures --json"
            ))
    }
}

/// What became of the lists.
struct GivenLists {
    /// Identities that are shut out and were not.
    var shutOut = 0
    /// Records that were erased now.
    var erased = 0
    /// Orders whose records central lacks.
    var awaited = 0
    /// Records whose orders another key has signed.
    var unsigned: [RecordID] = []

    var members: [(String, JSONValue)] {
        [
            ("shutOut", .integer(Int64(shutOut))), ("erased", .integer(Int64(erased))),
            ("awaited", .integer(Int64(awaited))),
            ("unsigned", .array(unsigned.map { .string($0.description) })),
        ]
    }

    var lines: [Message] {
        var lines: [Message] = []
        if shutOut > 0 {
            lines.append(
                Message(
                    "shut out again: \(GroupedNumber.counted(shutOut, "device"))",
                    vi: "đã chặn lại \(shutOut) thiết bị"))
        }
        if erased > 0 {
            lines.append(
                Message(
                    "erased again: \(GroupedNumber.counted(erased, "record"))",
                    vi: "đã xóa lại \(erased) bản ghi"))
        }
        if awaited > 0 {
            lines.append(
                Message(
                    "\(GroupedNumber.counted(awaited, "erasure")) "
                        + (awaited == 1 ? "waits for its record" : "wait for their records")
                        + ", which central lacks, and will be done when they come back",
                    vi: "\(awaited) lệnh xóa chờ bản ghi mà trung tâm còn thiếu"))
        }
        if !unsigned.isEmpty {
            let ids = unsigned.map(\.description).joined(separator: " ")
            lines.append(
                Message(
                    "not signed by this central, erase once more with central erase: \(ids)",
                    vi: "không do trung tâm này ký, hãy xóa lại bằng central erase: \(ids)"))
        }
        return lines
    }
}

extension ClosedIdentity {
    /// An entry of `central devices --revoked --json`; `nil` when it is none.
    init?(json: JSONValue) {
        guard let replica = Self.replica(json["device"]), let office = json["office"]?.stringValue,
            let desk = json["desk"]?.integerValue, desk > 0, let name = json["name"]?.stringValue,
            let key = json["publicKey"]?.stringValue.flatMap(Hexadecimal.bytes)
                .flatMap(PublicKey.init(bytes:)),
            let enrolment = Self.replica(json["enrolment"]), json["state"] == "revoked"
        else { return nil }
        self.init(
            replica: replica, office: office, desk: desk, name: name, publicKey: key,
            enrolment: enrolment, copyOf: Self.replica(json["copyOf"]),
            cause: json["cause"]?.stringValue.flatMap(IdentityCause.init(rawValue:)),
            revokedAt: json["revoked"]?.stringValue
                .flatMap { RFC3339.millisecondsSinceEpoch($0) }
                .map { Timestamp(milliseconds: $0.milliseconds) })
    }

    private static func replica(_ json: JSONValue?) -> ReplicaID? {
        json?.stringValue.flatMap(ReplicaID.init(hexadecimal:))
    }
}
