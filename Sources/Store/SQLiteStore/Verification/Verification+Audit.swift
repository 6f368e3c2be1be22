// Whether what devices signed is what central holds. A change that was altered, even with all hashes
// made anew, is not what its device signed; one that was taken out leaves signatures of what is not there.

internal import Causality
internal import Crypto
internal import SQLite
internal import Store

extension CentralDatabase {
    /// Verifies the signatures of every device over its chain, and the chain of the trail.
    ///
    /// - Returns: what is wrong, by device and seq or by number.
    /// - Throws: `StoreError`.
    public func verifyAudit() throws -> [Verification.Fault] {
        try read {
            var faults: [Verification.Fault] = []
            for device in try devices() { faults += try faultsInSignatures(of: device) }
            var hash = Hash256.zero
            for (index, (entry, kept)) in try hashedTrail().enumerated() {
                let place = "entry \(entry.number)"
                if entry.number != Int64(index) + 1 {
                    faults.append(
                        .init(subject: .trail, place: place, reason: "one before it is missing"))
                    return faults
                }
                hash = entry.hash(after: hash)
                if hash != kept {
                    faults.append(
                        .init(
                            subject: .trail, place: place,
                            reason: "it, or one before it, was altered"))
                    hash = kept ?? .zero
                }
            }
            return faults
        }
    }

    private func faultsInSignatures(of device: Device) throws -> [Verification.Fault] {
        var faults: [Verification.Fault] = []
        var signedSeq: UInt64 = 0
        func add(_ seq: UInt64, _ reason: String) {
            faults.append(
                .init(subject: .signature, place: "\(device.replica):\(seq)", reason: reason))
        }
        let statement = try connection.statement(
            """
            SELECT s.seq, s.signature FROM signatures AS s JOIN replicas AS r ON r.key = s.replica
            WHERE r.id = ?1 ORDER BY s.seq
            """)
        try statement.bind(1, Int64(bitPattern: device.replica.rawValue))
        defer { statement.reset() }
        while try statement.step() {
            let seq = UInt64(clamping: statement.int64(0))
            guard let hash = try chainHash(of: device.replica, seq: seq) else {
                add(seq, "the device signed this change, and it is not here")
                continue
            }
            if device.publicKey.isValid(signature: statement.bytes(1), of: hash.bytes) {
                signedSeq = seq
            } else {
                add(seq, "this change, or one after \(signedSeq), is not what the device signed")
            }
        }
        if signedSeq < device.seq, faults.isEmpty {
            add(signedSeq + 1, "this change and those after it are signed by nobody")
        }
        return faults
    }
}
