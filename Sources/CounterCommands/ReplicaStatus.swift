// How a replica stands with central, from what is on its own disk. It never says "synced" unless
// nothing waits and the last sync ended with equal digests (promise 10).

internal import Causality
internal import CommandLineTool
internal import Dossiers
internal import JSON
internal import ReplicaStore
internal import Replication
internal import SyncEngine

/// How a replica stands with central.
struct ReplicaStatus {
    var state: ReplicaIdentity.State?
    var office = ""
    var desk: Int64 = 0
    var replica: ReplicaID?
    var centralURL = ""
    /// By what central is known over TLS.
    var trust = CentralTrust()
    var records: Int64 = 0
    var digest: Digest?
    /// Own changes that central does not have.
    var pending: UInt64 = 0
    /// Their bytes in the log; on the wire they are a fraction of that.
    var pendingBytes: Int64 = 0
    /// What the agent of this replica does; `nil` when none runs.
    var agent: AgentStatus?
    /// When the oldest of them was written.
    var pendingSince: Timestamp?
    var conflicts = 0
    var refused: [Refusal] = []
    var lastExchange: Timestamp?
    var lastComplete: Timestamp?
    var lastOutcome: SyncReport.Outcome?
    /// Identities that were changed because a copy of this replica synced too, oldest first.
    var rotations: [IdentityRotation] = []

    /// A refused change that waits for a person.
    struct Refusal: Hashable {
        var seq: UInt64
        var record: RecordID
        var code: String
        var reason: String
        var at: Timestamp
    }

    /// A replica of which nothing is known.
    init() {}

    /// Reads a replica's standing; to be called on one consistent view.
    ///
    /// - Throws: `StoreError`.
    init(_ database: ReplicaDatabase) throws {
        conflicts = try database.conflictCount()
        refused = try database.refusedChanges().map {
            Refusal(
                seq: $0.seq, record: $0.record, code: $0.code, reason: $0.reason, at: $0.refusedAt)
        }
        rotations = try database.identityRotations()
        guard let identity = try database.identity() else { return }
        state = identity.state
        centralURL = identity.centralURL
        trust = try database.centralTrust()
        guard let replica = identity.replica else { return }
        self.replica = replica
        office = identity.office
        desk = identity.desk
        let scope = try database.digest(ofOffice: identity.office)
        (digest, records) = (scope.digest, scope.recordCount)
        pending = identity.pendingCount
        pendingBytes = try database.outboxByteCount(of: replica, after: identity.pushedSeq)
        let oldest = try database.outbox(of: replica, after: identity.pushedSeq, bytesMax: 1)
        pendingSince = try oldest.map { try Change(canonicalBytes: $0.changes).clock.time }
        lastExchange = identity.lastExchange
        lastComplete = identity.lastComplete
        lastOutcome = identity.lastOutcome.flatMap(SyncReport.Outcome.init(rawValue:))
    }

    /// Whether central has all of this replica, and had nothing else for it at the last sync.
    var isSynced: Bool { state == .active && pending == 0 && lastOutcome == .synced }

    /// The document of `status --json`.
    var json: JSONValue {
        let pin: JSONValue = trust.pin.map { .string($0) } ?? .null
        let url: JSONValue = centralURL.isEmpty ? .null : .string(centralURL)
        return .object([
            ("state", .string(state?.rawValue ?? "none")),
            ("office", office.isEmpty ? .null : .string(office)),
            ("desk", replica == nil ? .null : .integer(desk)),
            ("replica", replica.map { .string($0.description) } ?? .null),
            ("central", url),
            ("centralPin", pin),
            ("records", .integer(records)),
            ("pending", .integer(Int64(clamping: pending))),
            ("pendingBytes", .integer(pendingBytes)),
            ("pendingSince", ShownText.json(pendingSince)),
            ("conflicts", .integer(Int64(conflicts))),
            ("refused", .array(refused.map(\.json))),
            ("lastExchange", ShownText.json(lastExchange)),
            ("lastComplete", ShownText.json(lastComplete)),
            ("lastOutcome", lastOutcome.map { .string($0.rawValue) } ?? .null),
            ("synced", .bool(isSynced)),
            ("digest", digest.map { .string($0.description) } ?? .null),
            ("identityChanges", .array(rotations.map(\.json))),
            ("agent", agent?.json ?? .null),
        ])
    }

    /// The status for a terminal, safe to print: the verdict first.
    func lines(now: Timestamp) -> [String] {
        var table = TextTable([.init(""), .init("")])
        if let replica {
            table.add(["office", "\(office), desk \(desk)"])
            table.add(["replica", replica.description])
        }
        if !centralURL.isEmpty {
            table.add(["central", centralURL])
            table.add(["known by", trust.words(at: centralURL)])
        }
        if let digest {
            table.add(["records", GroupedNumber.string(Int(clamping: records))])
            table.add(["digest", digest.description])
            table.add(["last exchange", ShownText.time(lastExchange)])
            table.add(["last complete sync", ShownText.time(lastComplete)])
        }
        let agentLine = agent.map { [TerminalSafe.text($0.sentence(now: now))] } ?? []
        var lines = [verdict] + agentLine + (table.isEmpty ? [] : [""] + table.lines)
        for rotation in rotations {
            lines += ["", "\(ShownText.time(rotation.at)): \(rotation.sentence)"]
        }
        if conflicts > 0 {
            lines += ["", "\(GroupedNumber.counted(conflicts, "conflict")): see counter conflicts"]
        }
        if !refused.isEmpty {
            lines += [
                "",
                "\(GroupedNumber.counted(refused.count, "refused change")): see counter refused",
            ]
            lines += refused.map {
                TerminalSafe.text("  change \($0.seq) (\($0.code)): \($0.reason)")
            }
        }
        return lines
    }

    /// One sentence: what has arrived, what has not, and since when.
    var verdict: String {
        switch state {
        case nil: return "Not enrolled: counter enrol URL --code C."
        case .enrolling:
            return "Not enrolled: central has not confirmed it; repeat counter enrol with its code."
        case .revoked:
            let advice = pending == 0 ? "" : "; counter export FILE saves it for another device"
            return "Revoked: central shut this device out; \(waiting)\(advice)."
        case .active: break
        }
        guard pending == 0 else {
            return "Not synced: \(waiting)\(lastWords)."
        }
        switch lastOutcome {
        case .synced:
            return "Synced: central has everything written here; digests agreed at "
                + "\(ShownText.time(lastComplete))."
        case .refused:
            return
                "All was exchanged at \(ShownText.time(lastComplete)), but central refused changes."
        case nil:
            return "Never synced: nothing was written here yet, and nothing came from central."
        case .diverged, .unreachable, .interrupted, .denied, .failed:
            return "Not synced: central has everything written here\(lastWords)."
        }
    }

    private var waiting: String {
        guard pending > 0 else { return "no change of this replica waits" }
        let since = pendingSince.map { ", the oldest since \(ShownText.time($0))" } ?? ""
        return "\(GroupedNumber.counted(pending, "change")) of this replica "
            + "(\(ByteCount.string(Int(clamping: pendingBytes)))) "
            + "\(pending == 1 ? "is" : "are") not at central\(since)"
    }

    private var lastWords: String {
        switch lastOutcome {
        case nil: "; it has never synced"
        case .synced, .refused: ""
        case .diverged: "; after the last sync the digests differed"
        case .unreachable: "; at the last try central was not reached"
        case .interrupted: "; the last sync was interrupted"
        case .denied: "; at the last try central did not let this device in"
        case .failed: "; the last sync failed"
        }
    }
}

extension ReplicaStatus.Refusal {
    var json: JSONValue {
        .object([
            ("seq", .integer(Int64(clamping: seq))), ("id", .string(record.description)),
            ("code", .string(code)), ("reason", .string(reason)), ("at", ShownText.json(at)),
        ])
    }
}
