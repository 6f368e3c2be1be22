public import Causality
public import Crypto
internal import Dossiers
public import Replication
public import Store

extension MemoryCounterView {
    /// As in `CounterIdentityView`.
    public func identity() throws -> ReplicaIdentity? { state.identity }

    /// As in `CounterIdentityView`.
    public func identityRotations() throws -> [IdentityRotation] { state.rotations }

    /// As in `CounterIdentityView`.
    public func formerIdentities(countMax: Int) throws -> [FormerIdentity] {
        Array(state.formers.reversed().prefix(countMax))
    }

    /// As in `CounterIdentityView`.
    public func tokenHistory(of replica: ReplicaID) throws -> TokenHistory? {
        state.tokens.flatMap { $0.replica == replica ? $0.history : nil }
    }

    /// As in `CounterIdentityView`.
    public func deskNumbers(inCodesOf office: String) throws -> Set<Int64> {
        let perDesk = RecordEdit<MemoryCounterTransaction>.codesPerDesk
        return Set(state.codes(ofAgency: office).map { $0.number / perDesk })
    }
}

extension MemoryCounterView {
    /// As in `CounterCentralView`.
    public func centralTrust() throws -> CentralTrust { state.trust }

    /// As in `CounterCentralView`.
    public func centralKey(inEpoch epoch: UInt64?) throws -> PublicKey? {
        state.centralKey.flatMap { $0.epoch == epoch ? $0.key : nil }
    }

    /// As in `CounterCentralView`.
    public func newsWaitSeconds(at centralURL: String) throws -> UInt64? {
        state.newsWait.flatMap { $0.url == centralURL ? $0.seconds : nil }
    }

    /// As in `CounterCentralView`.
    public func bundleProgress() throws -> BundleProgress? { state.bundles }

    /// As in `CounterCentralView`.
    public func bundleNeeds(forSeq seq: UInt64) throws -> [RecordID] {
        state.needs.flatMap { $0.seq == seq ? $0.records : nil } ?? []
    }

    /// As in `CounterCentralView`.
    public func counterReceipts(last count: Int) throws -> [CounterReceipt] {
        state.receipts.values.sorted { $0.number > $1.number }.prefix(count).map(\.self)
    }
}

extension MemoryCounterView {
    /// As in `CarriedView`.
    public func waitingCarried() throws -> [CarriedChange] {
        state.carried.filter { $0.value.standing == .waits }.sorted { $0.key < $1.key }
            .map(\.value.carried)
    }

    /// As in `CarriedView`.
    public func waitingCarriedCount() throws -> Int {
        state.carried.count { $0.value.standing == .waits }
    }

    /// As in `CarriedView`.
    public func isCarriedSettled(_ dot: Dot) throws -> Bool {
        state.carried[dot].map { $0.standing != .waits } ?? false
    }

    /// As in `CarriedView`.
    public func carriedNames(
        of writer: ReplicaID, to record: RecordID, seqs: ClosedRange<UInt64>
    ) throws -> [CarriedName] {
        state.carried.filter { dot, one in
            dot.replica == writer && seqs.contains(dot.seq) && one.carried.record == record
        }.sorted { $0.key < $1.key }.map { CarriedName($0.key, $0.value.standing) }
    }

    /// As in `CarriedView`.
    public func carriedDots(issuedBy replica: ReplicaID) throws -> [UInt64: [Dot]] {
        var dots: [UInt64: [Dot]] = [:]
        for (dot, one) in state.carried {
            guard case .issued(let name) = one.standing, name.replica == replica else { continue }
            dots[name.seq, default: []].append(dot)
        }
        return dots
    }
}
