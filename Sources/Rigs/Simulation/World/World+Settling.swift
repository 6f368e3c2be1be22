internal import CounterEngine
internal import SQLiteStore
internal import Store
internal import Wire

extension World {
    /// Rounds in which all must have been exchanged: one to push, one to pull, and after a
    /// restoration of central one more for what was pushed again meanwhile, and one to see that
    /// nothing is left. The rest is for hand-overs whose records wait for one another.
    private static let settlingRoundsMax = 8

    /// All links are good, and all sync until nothing changes any more.
    func settle() async throws {
        while !strays.isEmpty {
            let stray = strays.removeFirst()
            _ = await deliver(stray.bytes, token: stray.token)  // nobody waits for the reply
        }
        if central.isRewound, try !central.database.epoch().isRecovering { try recover() }
        for round in 0..<Self.settlingRoundsMax {
            var isQuiet = true
            let order = round.isMultiple(of: 2) ? activeDevices : activeDevices.reversed()
            for device in order {
                try await readmit(device)
                let report = try await sync(
                    device, SyncOptions(),
                    ExchangeInProgress(
                        quiet: device.slot,
                        token: try device.store.enrolled().identity.token))
                if report.outcome != .synced || report.pushed > 0 || report.pulled > 0 {
                    isQuiet = false
                }
            }
            if isQuiet {
                if central.isRewound {
                    try central.database.write(now: centralClock.now()) {
                        try $0.setRecovering(false)
                    }
                }
                central.isRewound = false
                central.seqsBefore = [:]
                return
            }
        }
        for device in activeDevices {
            try checkStates(of: device, at: central.database.recordStates())
        }
        let outcomes = try activeDevices.map {
            "d\($0.slot) \(try $0.store.lastOutcome() ?? "-")"
        }
        throw Violation(
            .settling,
            "after \(Self.settlingRoundsMax) rounds: \(outcomes.joined(separator: ", "))")
    }
}
