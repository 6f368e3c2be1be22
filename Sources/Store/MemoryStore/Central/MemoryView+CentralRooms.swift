public import Causality
public import Crypto
public import Editing
public import Replication
public import Store

extension MemoryView: CentralNodeView {
    /// As in `CentralDevicesView`.
    public func devices() throws -> [Device] { state.sortedDevices }

    /// As in `CentralDevicesView`.
    public func device(_ replica: ReplicaID) throws -> Device? {
        state.registers.devices[replica]
    }

    /// As in `CentralDevicesView`.
    public func devices(ofEnrolment root: ReplicaID) throws -> [Device] {
        state.devices(ofEnrolment: root)
    }

    /// As in `CentralDevicesView`.
    public func enrolmentCode(_ hash: Hash256) throws -> NotedCode? {
        state.registers.codes[hash]
    }

    /// As in `CentralDevicesView`.
    public func highestDesk(of office: String) throws -> Int64 { state.highestDesk(of: office) }

    /// As in `CentralDevicesView`.
    public func hasDesk(_ number: Int64, of office: String) throws -> Bool {
        state.hasDesk(number, of: office)
    }

    /// As in `CentralDevicesView`.
    public func highestNamedDesk(of office: String) throws -> Int64 {
        state.registers.namedDesks[office] ?? 0
    }

    /// As in `CentralDevicesView`.
    public func deskNumbers(inCodesOf office: String) throws -> Set<Int64> {
        state.deskNumbers(inCodesOf: office)
    }

    /// As in `CentralTokensView`.
    public func standing(ofToken hash: Hash256) throws -> TokenStanding? {
        state.standing(ofToken: hash)
    }

    /// As in `CentralTokensView`.
    public func tokenGeneration(of replica: ReplicaID) throws -> UInt64 {
        state.registers.tokens[replica]?.generation ?? 0
    }

    /// As in `CentralReceiptsView`.
    public func receipts(
        ofDevice device: ReplicaID?, ofOffice office: String?, last count: Int
    ) throws -> [DeviceReceipt] {
        state.receipts(ofDevice: device, ofOffice: office, last: count)
    }

    /// As in `CentralReceiptsView`.
    public func lastDeviceReceipts() throws -> [ReplicaID: DeviceReceipt] {
        state.registers.receipts.compactMapValues(\.last)
    }

    /// As in `CentralEpochsView`.
    public func epoch() throws -> CentralEpoch {
        guard let epoch = state.registers.epochs.last else { throw MemoryStoreError.noEpoch }
        return epoch
    }

    /// As in `CentralAccountsView`.
    public func admins() throws -> [AdminAccount] {
        state.registers.admins.values.sorted { $0.name < $1.name }
    }

    /// As in `CentralAccountsView`.
    public func admin(named name: String) throws -> AdminAccount? { state.registers.admins[name] }

    /// As in `CentralAccountsView`.
    public func admin(inSession tokenHash: Hash256, now: Timestamp) throws -> AdminAccount? {
        state.admin(inSession: tokenHash, now: now)
    }

    /// As in `CentralTrailView`.
    public func trail() throws -> [TrailEntry] { state.registers.trail }

    /// As in `CentralTrailView`.
    public func trailEnd() throws -> TrailEnd { state.registers.trailEnd }

    /// As in `CentralOrdersView`.
    public func awaitedOrders() throws -> [RecordState] {
        state.registers.awaitedOrders.values.sorted { $0.id < $1.id }
    }

    /// As in `CentralOrdersView`.
    public func arrivedOrders() throws -> [RecordState] { state.arrivedOrders() }

    /// As in `CentralNewsView`.
    public func scopes(inFeedAfter position: UInt64) throws -> Set<FeedScope> {
        settled.scopes(inFeedAfter: position)
    }

    /// As in `CentralNewsView`.
    public func calledDevices() throws -> Set<ReplicaID> { state.calledDevices() }

    /// As in `CentralKeyView`.
    public func centralKeySeed() throws -> [UInt8]? { state.registers.keySeed }
}

extension MemoryTransaction: CentralNodeTransaction {
    /// The same store.
    public var view: MemoryView { self }

    /// As in `CentralDevicesTransaction`.
    public func insert(_ device: Device) throws {
        state.registers.devices[device.replica] = device
    }

    /// As in `CentralDevicesTransaction`.
    public func saveProgress(of device: Device) throws { state.saveProgress(of: device) }

    /// As in `CentralDevicesTransaction`.
    public func setState(
        _ state: Device.State, of replica: ReplicaID, at time: Timestamp?
    ) throws {
        self.state.registers.devices[replica]?.state = state
        self.state.registers.devices[replica]?.revokedAt = time
    }

    /// As in `CentralDevicesTransaction`.
    public func replaceCause(
        _ cause: IdentityCause, by other: IdentityCause, ofEnrolment root: ReplicaID
    ) throws {
        state.replaceCause(cause, by: other, ofEnrolment: root)
    }

    /// As in `CentralDevicesTransaction`.
    public func requestSync(office: String?) throws -> Int { state.requestSync(office: office) }

    /// As in `CentralDevicesTransaction`.
    public func addEnrolmentCode(hash: Hash256, office: String, expires: Timestamp) throws {
        state.registers.codes[hash] = NotedCode(office: office, expires: expires)
    }

    /// As in `CentralDevicesTransaction`.
    public func noteUse(
        ofCode hash: Hash256, by key: PublicKey, _ replica: ReplicaID
    ) throws {
        state.registers.codes[hash]?.usedBy = key
    }

    /// As in `CentralDevicesTransaction`.
    public func dropCodes(expiredBefore time: Timestamp) throws {
        state.registers.codes = state.registers.codes.filter { $0.value.expires >= time }
    }

    /// As in `CentralDevicesTransaction`.
    public func noteNamedDesk(_ number: Int64, of office: String) throws {
        state.registers.namedDesks[office] = max(
            number, state.registers.namedDesks[office] ?? number)
    }

    /// As in `CentralTokensTransaction`.
    public func storeNextToken(
        _ hash: Hash256, generation: UInt64, of replica: ReplicaID
    ) throws {
        state.registers.tokens[replica, default: .init()].next = hash
        state.registers.tokens[replica]?.generation = generation
    }

    /// As in `CentralTokensTransaction`.
    public func noteTokenGeneration(_ generation: UInt64, of replica: ReplicaID) throws {
        guard state.registers.tokens[replica] == nil else { return }
        state.registers.tokens[replica] = .init(generation: generation)
    }

    /// As in `CentralTokensTransaction`.
    public func useNextToken(_ hash: Hash256, of device: Device) throws {
        state.useNextToken(hash, of: device.replica)
    }

    /// As in `CentralReceiptsTransaction`.
    public func put(_ receipt: DeviceReceipt) throws { state.put(receipt) }

    /// As in `CentralReceiptsTransaction`.
    public func dropReceipts(of device: ReplicaID, butFor count: Int) throws {
        state.dropReceipts(of: device, butFor: count)
    }

    /// As in `CentralReceiptsTransaction`.
    public func dropReceipts(
        of device: ReplicaID, endedBefore time: Timestamp, onlyIdle: Bool
    ) throws {
        state.dropReceipts(of: device, endedBefore: time, onlyIdle: onlyIdle)
    }

    /// As in `CentralEpochsTransaction`.
    public func beginEpoch(
        _ id: UInt64, cause: CentralEpoch.Cause, noticedBy: ReplicaID?
    ) throws {
        state.beginEpoch(
            CentralEpoch(
                id: id, began: now, cause: cause, noticedBy: noticedBy,
                mayLackRevocations: true, mayLackOrders: true))
    }

    /// As in `CentralEpochsTransaction`.
    public func setRecovering(_ isRecovering: Bool) throws {
        state.changeEpoch { epoch in
            epoch.isRecovering = isRecovering
            guard !isRecovering else { return }
            epoch.mayLackRevocations = false
            epoch.mayLackOrders = false
        }
    }

    /// As in `CentralEpochsTransaction`.
    public func noteRevocationsGiven() throws {
        state.changeEpoch { $0.mayLackRevocations = false }
    }

    /// As in `CentralEpochsTransaction`.
    public func noteOrdersGiven() throws { state.changeEpoch { $0.mayLackOrders = false } }

    /// As in `CentralAccountsTransaction`.
    public func save(_ account: AdminAccount) throws {
        try removeAdmin(named: account.name)
        state.registers.admins[account.name] = account
    }

    /// As in `CentralAccountsTransaction`.
    public func removeAdmin(named name: String) throws {
        state.registers.sessions = state.registers.sessions.filter { $0.value.name != name }
        state.registers.admins[name] = nil
    }

    /// As in `CentralAccountsTransaction`.
    public func beginSession(
        of name: String, tokenHash: Hash256, expires: Timestamp
    ) throws {
        state.registers.sessions = state.registers.sessions.filter { $0.value.expires > now }
        state.registers.sessions[tokenHash] = .init(name: name, expires: expires)
    }

    /// As in `CentralAccountsTransaction`.
    public func endSession(tokenHash: Hash256) throws {
        state.registers.sessions[tokenHash] = nil
    }

    /// As in `CentralTrailTransaction`.
    public func append(_ entry: TrailEntry, hash: Hash256) throws {
        state.registers.trail.append(entry)
        state.registers.trailEnd = TrailEnd(number: entry.number, hash: hash)
    }

    /// As in `CentralOrdersTransaction`.
    public func keepAwaited(_ notice: RecordState) throws {
        state.registers.awaitedOrders[notice.id] = notice
    }

    /// As in `CentralOrdersTransaction`.
    public func dropAwaited(_ record: RecordID) throws {
        state.registers.awaitedOrders[record] = nil
    }

    /// As in `CentralKeyTransaction`.
    public func centralKeySeed(orElse seed: [UInt8]) throws -> [UInt8] {
        if let known = state.registers.keySeed { return known }
        state.registers.keySeed = seed
        return seed
    }
}
