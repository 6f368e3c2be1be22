internal import Causality
internal import CentralEngine
internal import CounterEngine
internal import Crypto
internal import Demonstration
internal import MemoryStore
internal import SQLiteStore
internal import Replication
internal import SeededRandom
internal import Store
internal import Wire

extension World {
    /// Enrols a device in a slot.
    func enrol(_ event: Event) async throws {
        let slot = event.device
        let office = plan.deviceOffices[slot]
        let code = try addEnrolmentCode(office: office)
        let signingSeed = random.bytes(SigningKey.seedByteCount)
        guard let key = SigningKey(seed: signingSeed) else {
            preconditionFailure("so many bytes are a seed")
        }
        let reply = try await central.node.enrol(
            EnrolmentRequest(code: code.text, key: key, device: "d\(slot)"))
        let (disk, store) = try newReplica(slot)
        var generator = SeededGenerator(seed: event.seed)
        let isWrong = generator.happens(perMille: plan.weather.wrongClocks)
        let offset = detail(\.milliseconds) { isWrong ? Self.jump(&generator) : 0 }
        let clock = SimulatedClock(milliseconds: Self.startMilliseconds + offset)
        try store.setIdentity(now: clock.now()) { _ in
            ReplicaIdentity(enrolled: reply, signingSeed: signingSeed)
        }
        devices[slot] = SimulatedDevice(
            slot: slot, office: office, disk: disk, store: store, clock: clock)
        log("  d\(slot) of \(office) is \(reply.replica)")
    }

    /// An empty replica for a slot.
    private func newReplica(
        _ slot: Int
    ) throws -> (disk: DeviceDisk, store: any SimulatedReplica) {
        switch plan.store {
        case .memory:
            let disk = MemoryDisk<MemoryCounterState>()
            return (.memory(disk), MemoryReplica(disk))
        case .sqlite:
            let path = directory + "/d\(slot).db"
            let database = try CounterDatabase(path: path, isNew: true)
            try plan.limits.apply(to: database)
            return (.file(path), database)
        }
    }

    /// Lets a device in again that a restored central has forgotten, or whose token it has: it stays
    /// the replica that it is.
    func readmit(_ device: SimulatedDevice) async throws {
        let (identity, replica) = try device.store.enrolled()
        // An admin is asked when a device took too many identities without central seeing why.
        if let root = try enrolment(of: device) {
            _ = try central.database.write(now: centralClock.now()) { try $0.allowIdentity(root) }
        }
        do throws(SyncFailure) {
            _ = try await central.node.authenticate(token: identity.token)
            return
        } catch {
            // It proves itself by its key when it syncs.
            if case .tokenReplaced = error { return }
            guard case .notEnrolled = error else { throw error }
        }
        // One that central has forgotten may be of an enrolment that it knows, and proves that too.
        guard try enrolment(of: device) == nil,
            let key = SigningKey(seed: identity.signingSeed)
        else { return }
        let code = try addEnrolmentCode(office: device.office)
        let reply = try await central.node.enrol(
            EnrolmentRequest(code: code.text, key: key, device: "d\(device.slot)"))
        guard reply.replica == replica else {
            throw Violation(.fault, "d\(device.slot) is let in as another")
        }
        try device.store.setIdentity(now: device.clock.now()) { present in
            guard var identity = present else { throw StoreError.notEnrolled }
            identity.token = BearerToken(of: key).text
            identity.desk = reply.desk
            return identity
        }
        log("  d\(device.slot) is let in again as \(reply.replica)")
    }

    private func addEnrolmentCode(office: String) throws -> EnrolmentCode {
        let code = EnrolmentCode(random)
        try central.database.write(now: centralClock.now()) {
            try $0.addEnrolmentCode(
                hash: code.hash, office: office,
                expires: Timestamp(
                    milliseconds: $0.now.milliseconds + EnrolmentCode.lifetimeMilliseconds))
        }
        return code
    }

    /// Shuts a device out. Not while central still lacks what it had of it: what only a device has
    /// that may not speak any more is gone for central, and the others keep it.
    func revoke(_ event: Event) throws {
        guard var device = devices[event.device], !device.isRevoked, activeDevices.count > 1 else {
            return
        }
        let replica = try device.store.enrolled().replica
        guard try hasRecovered(replica) else { return }
        guard let known = try central.database.device(replica) else { return }
        // The admin spares the clones that are machines of their own by now.
        let family = try activeDevices.filter {
            try $0.slot != device.slot && enrolment(of: $0) == known.enrolment
        }
        let spared = try family.filter { try maySpare($0, beside: replica, known.enrolment) }
        let lost = family.filter { clone in !spared.contains { $0.slot == clone.slot } }
        guard lost.count + 1 < activeDevices.count,
            try lost.allSatisfy({ try hasRecovered($0.store.enrolled().replica) })
        else { return }
        let names = try Set(spared.map { try $0.store.enrolled().replica })
        let revocation = try central.database.write(now: centralClock.now()) {
            try $0.revoke(replica, sparing: names.sorted())
        }
        for clone in lost {
            devices[clone.slot]?.isRevoked = true
            // It may have gone on from one that is spared, whose key an older copy of it has.
            if !spared.isEmpty { devices[clone.slot]?.backup = nil }
        }
        // The same of the machine itself, which the answer says: nobody puts the copy back then.
        if !revocation.keptBefore.isEmpty { device.backup = nil }
        // An older copy of one that is spared may be an identity that is closed.
        for clone in spared { devices[clone.slot]?.backup = nil }
        device.isRevoked = true
        devices[event.device] = device
        // After a restoration from an earlier copy the same would be true.
        central.backups = [:]
    }

    /// The enrolment to which central counts a machine, by its identity or one that it had.
    private func enrolment(of device: SimulatedDevice) throws -> ReplicaID? {
        let former = try device.store.formers(countMax: WireLimits.formersMax)
        return try ([device.store.enrolled().replica] + former.map(\.replica))
            .lazy.compactMap { try self.central.database.device($0)?.enrolment }.first
    }

    /// Whether an admin may spare a clone when another machine of its enrolment is shut out.
    private func maySpare(
        _ clone: SimulatedDevice, beside replica: ReplicaID, _ enrolment: ReplicaID
    ) throws -> Bool {
        let (identity, own) = try clone.store.enrolled()
        guard own != replica else { return false }
        let devices = try central.database.devices(ofEnrolment: enrolment)
        // A new identity that it has been given, and has not heard of, is closed with the others.
        let next = identity.nextSigningSeed.flatMap(SigningKey.init(seed:))
            .map { ReplicaID(of: $0.publicKey) }
        guard !devices.contains(where: { $0.replica == next }) else { return false }
        return devices.contains { $0.replica == own && $0.state == .active }
            && !devices.contains { $0.copyOf == own && $0.isAfterRestoration }
    }

    func reopen(_ event: Event) throws {
        guard var device = devices[event.device] else { return }
        device.store.close()
        device.store = try device.disk.open()
        devices[event.device] = device
    }

    func jumpClock(_ event: Event) {
        var generator = SeededGenerator(seed: event.seed)
        let span = detail(\.milliseconds) { Self.jump(&generator) }
        devices[event.device]?.clock.advance(milliseconds: span)
    }

    func jumpCentralClock(_ event: Event) {
        var generator = SeededGenerator(seed: event.seed)
        centralClock.advance(milliseconds: detail(\.milliseconds) { Self.jump(&generator) })
    }

    /// A path for the next place of a device's file.
    func nextPath(_ slot: Int) -> String {
        devices[slot]?.generation += 1
        return directory + "/d\(slot)-\(devices[slot]?.generation ?? 0).db"
    }

    /// The device goes on from a copy of its file.
    func goOn(_ slot: Int, from copy: DeviceDisk) throws {
        guard var device = devices[slot] else { return }
        device.store.close()
        device.disk.remove()
        device.disk = copy
        device.store = try copy.open()
        devices[slot] = device
    }

    func backUpDevice(_ event: Event) throws {
        guard let device = devices[event.device] else { return }
        let path = directory + "/d\(event.device)-backup-\(event.number).db"
        let copy = try device.disk.copied(to: path)
        device.backup?.remove()
        devices[event.device]?.backup = copy
    }

    func restoreDevice(_ event: Event) throws {
        guard let backup = devices[event.device]?.backup else { return }
        // What was written since and pushed to nobody is gone with the disk, and so are its dots.
        let slot = event.device
        try goOn(slot, from: backup.copied(to: nextPath(slot)))
        let kept = try devices[slot].map { try ownLabels($0.store) } ?? []
        ledger.mayLose { $0.writer == .device(slot: slot) && !kept.contains($0.label) }
    }

    func cloneDevice(_ event: Event) throws {
        guard let device = devices[event.device] else { return }
        let free = (plan.initialDeviceCount..<plan.deviceOffices.count)
            .first { devices[$0] == nil }
        guard let slot = details.slot ?? free, devices[slot] == nil else { return }
        details.slot = slot
        let path = directory + "/d\(slot).db"
        let disk = try device.disk.copied(to: path)
        var clone = device
        clone.slot = slot
        clone.disk = disk
        clone.backup = nil
        clone.generation = 0
        clone.clock = SimulatedClock(milliseconds: device.clock.milliseconds)
        clone.store = try disk.open()
        devices[slot] = clone
        log("  d\(slot)")
    }

    /// The labels of a device's own changes in its log.
    func ownLabels(_ store: any SimulatedReplica) throws -> Set<Label> {
        Set(try OwnChanges(of: store).changes.compactMap(\.by))
    }
}
