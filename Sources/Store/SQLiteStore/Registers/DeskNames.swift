// Which desk wrote something: central knows its devices, a counter what the catalog lists of them.

public import Causality
public import Dossiers
internal import Replication
internal import Store
public import Text

/// The desks by the identities that write there.
public struct DeskNames: Sendable {
    /// Who wrote a change.
    public enum Writer: Hashable, Sendable {
        /// This desk, under whichever of its identities.
        case own(ListedDesk?)
        /// A desk of this code's office.
        case desk(ListedDesk, office: String)
        /// Central: who else writes is listed.
        case central
        /// Central or another desk: nothing is known of desks here.
        case unknown
    }

    private var desks: [ReplicaID: (office: String, desk: ListedDesk)] = [:]
    private var own: Set<ReplicaID> = []
    private let ownOffice: String?
    private let isCentral: Bool

    /// Reads what central knows. O(offices).
    ///
    /// - Throws: `StoreError`.
    public init(_ database: CentralDatabase) throws {
        (isCentral, ownOffice) = (true, nil)
        try list(in: database)
        for device in try database.devices() {
            desks[device.replica] = (device.office, ListedDesk(device))
        }
    }

    /// Reads what a counter knows. O(offices).
    ///
    /// - Throws: `StoreError`.
    public init(_ database: CounterDatabase) throws {
        let identity = try database.identity()
        (isCentral, ownOffice) = (false, identity?.office)
        try list(in: database)
        guard let identity, let replica = identity.replica else { return }
        own = Set(try database.formerIdentities(countMax: .max).map(\.replica))
        own.insert(replica)
        if desks[replica] == nil {
            let desk = ListedDesk(replica: replica, number: identity.desk, name: "")
            desks[replica] = (identity.office, desk)
        }
    }

    private mutating func list(in database: ReplicaDatabase) throws {
        var filter = RecordFilter()
        filter.kind = .office
        try database.forEachRecord(filter) { state in
            guard let office = state.shownValue("code")?.text else { return true }
            for desk in state.listedDesks { desks[desk.replica] = (office, desk) }
            return true
        }
    }

    /// Who writes under an identity.
    public func writer(_ replica: ReplicaID) -> Writer {
        if own.contains(replica) { return .own(desks[replica]?.desk) }
        if let (office, desk) = desks[replica] { return .desk(desk, office: office) }
        let isAnyListed = desks.contains { !own.contains($0.key) || !$0.value.desk.name.isEmpty }
        return isCentral || isAnyListed ? .central : .unknown
    }

    /// Who writes under an identity, for people: `desk 2 (pc-2)`, with the office where it is another one's; never the
    /// identity itself. Not yet safe for a terminal.
    public func words(_ replica: ReplicaID) -> Message {
        switch writer(replica) {
        case .own(let desk):
            let here = Message("this desk", vi: "quầy này")
            return desk.map { $0.words + Message(", here", vi: ", tại đây") } ?? here
        case .desk(let desk, let office):
            return office == ownOffice ? desk.words : Message(verbatim: "\(office), ") + desk.words
        case .central: return Message("central", vi: "trung tâm")
        case .unknown: return Message("another desk", vi: "quầy khác")
        }
    }
}
