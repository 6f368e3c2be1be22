import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store
import Time

/// What the rooms of central's store are to say after all that was done in them, kept in the plainest way.
struct RoomsExpectation {
    struct Token: Equatable {
        var generation: UInt64
        var next: Hash256?
    }

    struct Session: Equatable {
        var name: String
        var expires: Timestamp
    }

    var devices: [Device] = []
    var codes: [Hash256: NotedCode] = [:]
    /// Codes that were dropped, and sessions that have ended before their time.
    var gone: Set<Hash256> = []
    var named: [String: Int64] = [:]
    var tokens: [ReplicaID: Token] = [:]
    var formers: [Hash256: ReplicaID] = [:]
    var receipts: [DeviceReceipt] = []
    var epoch: CentralEpoch
    var admins: [String: AdminAccount] = [:]
    var sessions: [Hash256: Session] = [:]
    var trail: [TrailEntry] = []
    var end = TrailEnd()
    var orders: [RecordID: RecordState] = [:]
    var records: Set<RecordID> = []
    var shownDesks: [String: Set<Int64>] = [:]
    var seed: [UInt8]?

    mutating func change(_ replica: ReplicaID, _ change: (inout Device) -> Void) {
        for place in devices.indices where devices[place].replica == replica {
            change(&devices[place])
        }
    }
}
