// A report is honest: what it says of the sync is so, and nothing fails that nobody made fail.

internal import Causality
internal import CounterEngine
internal import SQLiteStore
internal import Replication
internal import Store
internal import Wire

extension World {
    /// Checks what a sync says of itself, at its end, before anything else happens.
    func check(_ report: SyncReport, of device: SimulatedDevice) throws {
        if let fault { throw Violation(.fault, fault) }
        let place = "d\(device.slot)"
        let (identity, replica) = try device.store.enrolled()
        guard report.pending == identity.pendingCount else {
            throw Violation(
                .honesty,
                "\(place) says \(report.pending) pending, and has \(identity.pendingCount)")
        }
        switch report.outcome {
        case .synced, .refused:
            try checkComplete(report, identity, replica, device)
        case .diverged:
            // After a restoration, others may have yet to push again what central lost.
            guard central.isRewound else {
                try checkStates(of: device, at: central.database.recordStates())
                throw Violation(.convergence, "\(place) diverged in its digest alone")
            }
        case .denied:
            switch report.failure {
            case .revoked? where device.isRevoked: break
            // Until an admin lets it go on.
            case .identityRefused? where plan.configuration.forks != .none: break
            // A restored central may have forgotten the device, or its present token.
            case .notEnrolled? where central.isRewound: break
            default: throw Violation(.fault, "\(place) was denied: \(failure(report))")
            }
        case .interrupted where report.failure == .awaitingRecovery && central.isRewound: return
        case .unreachable, .interrupted:
            guard exchange?.isGood != true else {
                throw Violation(.fault, "\(place) over a good link: \(failure(report))")
            }
            if case .centralStore? = report.failure {
                throw Violation(.fault, "\(place): \(failure(report))")
            }
        case .failed:
            if case .malformed? = report.failure, exchange?.isDamaged == true {
                return
            } else {
                throw Violation(.fault, "\(place): \(failure(report))")
            }
        }
    }

    private func failure(_ report: SyncReport) -> String {
        report.failure.map { "\($0)" } ?? report.outcome.rawValue
    }

    /// "Synced": central has everything, this replica has everything, and the digests agree.
    private func checkComplete(
        _ report: SyncReport, _ identity: ReplicaIdentity, _ replica: ReplicaID,
        _ device: SimulatedDevice
    ) throws {
        let place = "d\(device.slot)"
        guard let known = try central.database.device(replica) else {
            throw Violation(.honesty, "\(place) is synced, and central does not know it")
        }
        guard report.failure == nil, report.pending == 0, identity.pushedSeq == identity.seq,
            known.seq == identity.seq, known.chainHash == identity.chainHash
        else {
            throw Violation(
                .honesty, "\(place) is synced at \(identity.seq), central has \(known.seq)")
        }
        let ours = try device.store.scopeDigest(ofOffice: device.office)
        let theirs = try central.database.digest(ofOffice: device.office)
        guard report.digestAgrees == true, report.digest == ours.digest, ours == theirs else {
            throw Violation(
                .honesty, "\(place) is synced with \(ours), central has \(theirs)")
        }
        guard known.state == Device.State.active, !device.isRevoked else {
            throw Violation(.honesty, "\(place) is revoked and synced")
        }
        // A clone that is told nothing until it writes is as good as the original: it is one.
        if (report.outcome == .refused) != (report.refused > 0) {
            throw Violation(.honesty, "\(place) counts \(report.refused) refused")
        }
    }
}
