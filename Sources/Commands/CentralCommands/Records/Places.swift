internal import Causality
internal import SQLiteStore
internal import Text

/// Where a value was written: which desk of which office.
struct Places {
    private let names: DeskNames

    init(_ database: CentralDatabase) throws {
        names = try DeskNames(database)
    }

    /// Who did something, as the trail has it: a device by its name, `local:NAME` for a person at central's
    /// own machine, or an account.
    func name(ofActor actor: String) -> Message {
        let prefix = "device:"
        guard actor.hasPrefix(prefix) else { return Self.person(actor) }
        let replica = ReplicaID(hexadecimal: actor.dropFirst(prefix.count))
        guard let replica, case .desk = names.writer(replica) else {
            return Message("a desk that is forgotten", vi: "một quầy không còn trong danh sách")
        }
        return names.words(replica)
    }

    static func person(_ actor: String) -> Message {
        let parts = actor.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("local", 2):
            return Message("\(parts[1]) (this machine)", vi: "\(parts[1]) (máy này)")
        case ("admin", 2): return Message("\(parts[1]) (account)", vi: "\(parts[1]) (tài khoản)")
        default: return Message(verbatim: actor)
        }
    }

    func name(of replica: ReplicaID) -> Message { names.words(replica) }
}
