public import Causality
public import SQLiteStore
public import Store

/// The devices that central knows, with what has arrived from each.
public struct DeviceList: Sendable {
    /// All identities, in the order of their enrolment.
    public let devices: [Device]
    /// Which of them are one machine, and how far each has come in central's present epoch.
    public let standing: EpochStanding
    /// What each has sent, and what it has confirmed.
    public let arrival: DeviceStanding
    private let machines: [ReplicaID: ReplicaID]

    /// Reads the devices.
    ///
    /// - Throws: `StoreError`.
    public init(_ database: CentralDatabase) throws {
        devices = try database.devices()
        standing = EpochStanding(try database.epoch(), devices)
        arrival = try DeviceStanding(database)
        var machines: [ReplicaID: ReplicaID] = [:]
        for machine in standing.machines {
            for identity in machine.identities { machines[identity.replica] = machine.id }
        }
        self.machines = machines
    }

    /// The machine that an identity belongs to.
    public func machine(of device: Device) -> ReplicaID {
        machines[device.replica] ?? device.replica
    }
}
