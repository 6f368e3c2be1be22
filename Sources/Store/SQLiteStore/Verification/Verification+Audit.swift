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
            var faults = try signatureFaults()
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

    /// What devices signed. The log is read once, in its order: a segment has changes of many devices.
    private func signatureFaults() throws -> [Verification.Fault] {
        let devices = try devices()
        var judged: [Int64: JudgedSignatures] = [:]
        for device in devices {
            let key = try interning.key(of: device.replica)
            judged[key] = JudgedSignatures(try signedSeqs(of: key))
        }
        let keys = try Dictionary(
            devices.map { (try interning.key(of: $0.replica), $0.publicKey) }
        ) { first, _ in first }
        let statement = try connection.statement(
            "SELECT signature FROM signatures WHERE replica = ?1 AND seq = ?2")
        defer { statement.reset() }
        try changeLog.forEachRow(after: .min, .hash) { row in
            guard row.isChange, let key = keys[row.replica], let hash = row.hash,
                judged[row.replica]?.isSigned(row.seq) == true
            else { return true }
            try statement.bind(1, row.replica)
            try statement.bind(2, Int64(clamping: row.seq))
            if try statement.step() {
                let isValid = key.isValid(signature: statement.bytes(0), of: hash.bytes)
                judged[row.replica]?.judge(row.seq, isValid: isValid)
            }
            statement.reset()
            return true
        }
        return try devices.flatMap { device in
            try judged[interning.key(of: device.replica)]?.faults(of: device) ?? []
        }
    }

    private func signedSeqs(of key: Int64) throws -> [UInt64] {
        let statement = try connection.statement(
            "SELECT seq FROM signatures WHERE replica = ?1 ORDER BY seq")
        try statement.bind(1, key)
        defer { statement.reset() }
        var seqs: [UInt64] = []
        while try statement.step() { seqs.append(UInt64(clamping: statement.int64(0))) }
        return seqs
    }
}

/// What was found of a device's signatures.
private struct JudgedSignatures {
    /// The last seqs of what it signed, ascending.
    private let seqs: [UInt64]
    /// Whether what is here is what was signed; `nil` where nothing is here.
    private var areValid: [Bool?]

    init(_ seqs: [UInt64]) {
        self.seqs = seqs
        areValid = Array(repeating: nil, count: seqs.count)
    }

    private func place(of seq: UInt64) -> Int? {
        var (low, high) = (0, seqs.count)
        while low < high {
            let middle = (low + high) / 2
            if seqs[middle] < seq { low = middle + 1 } else { high = middle }
        }
        return low < seqs.count && seqs[low] == seq ? low : nil
    }

    func isSigned(_ seq: UInt64) -> Bool { place(of: seq) != nil }

    mutating func judge(_ seq: UInt64, isValid: Bool) {
        if let place = place(of: seq) { areValid[place] = isValid }
    }

    func faults(of device: Device) -> [Verification.Fault] {
        var faults: [Verification.Fault] = []
        var signedSeq: UInt64 = 0
        func add(_ seq: UInt64, _ reason: String) {
            faults.append(
                .init(subject: .signature, place: "\(device.replica):\(seq)", reason: reason))
        }
        for (seq, isValid) in zip(seqs, areValid) {
            switch isValid {
            case true?: signedSeq = seq
            case false?:
                add(seq, "this change, or one after \(signedSeq), is not what the device signed")
            case nil: add(seq, "the device signed this change, and it is not here")
            }
        }
        if signedSeq < device.seq, faults.isEmpty {
            add(signedSeq + 1, "this change and those after it are signed by nobody")
        }
        return faults
    }
}
