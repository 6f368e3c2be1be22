internal import Causality
internal import ReplicaStore
internal import Text

/// Where a value was written: which desk of which office.
struct Places {
    private let names: DeskNames

    init(_ database: ReplicaDatabase) throws {
        names = try DeskNames(database)
    }

    /// Who did something, as the trail has it: a device by its name, `local:NAME` for a person at central's
    /// own machine, or an account.
    func name(ofActor actor: String) -> Message {
        let prefix = "device:"
        guard actor.hasPrefix(prefix) else { return Message(verbatim: actor) }
        let replica = ReplicaID(hexadecimal: actor.dropFirst(prefix.count))
        guard let replica, case .desk = names.writer(replica) else {
            return Message("a desk that is forgotten", vi: "một quầy không còn trong danh sách")
        }
        return names.words(replica)
    }

    func name(of replica: ReplicaID) -> Message { names.words(replica) }
}
