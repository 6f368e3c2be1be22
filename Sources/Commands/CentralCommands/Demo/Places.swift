internal import Causality
internal import ReplicaStore
internal import Text

/// Where a value was written: which desk of which office.
struct Places {
    private let names: [ReplicaID: Message]

    init(_ database: ReplicaDatabase) throws {
        var names: [ReplicaID: Message] = [:]
        for device in try database.devices() {
            let (office, name) = (device.office, device.name)
            names[device.replica] = Message(
                "\(office), desk \(device.desk) (\(name))",
                vi: "\(office), quầy \(device.desk) (\(name))")
        }
        self.names = names
    }

    /// Who did something, as the trail has it: a device by its name, `local:NAME` for a person at central's
    /// own machine, or an account.
    func name(ofActor actor: String) -> Message {
        let prefix = "device:"
        guard actor.hasPrefix(prefix),
            let replica = ReplicaID(hexadecimal: actor.dropFirst(prefix.count)),
            let name = names[replica]
        else { return Message(verbatim: actor) }
        return name
    }

    func name(of replica: ReplicaID) -> Message {
        names[replica] ?? Message("central", vi: "trung tâm")
    }
}
