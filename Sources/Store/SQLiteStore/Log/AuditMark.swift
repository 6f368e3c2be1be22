// What an admin writes down, away from central's machine, so that whoever owns the machine cannot make
// central's history anew: the ends of both chains that are in its file, as of a day.

internal import Crypto
internal import SQLite
internal import Store

/// Where central's feed and trail stood, with the beginnings of their hashes: `23.5f2c9a01d0e4b7aa-12.…`.
public struct AuditMark: Hashable, Sendable, CustomStringConvertible {
    private struct End: Hashable {
        var number: UInt64
        var hash: ShortHash

        init(_ number: UInt64, _ hash: Hash256) {
            self.number = number
            self.hash = ShortHash(hash)
        }

        init?(_ text: Substring) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = UInt64(parts[0]), "\(number)" == parts[0],
                let bytes = Hexadecimal.bytes(parts[1]), let hash = ShortHash(bytes: bytes)
            else { return nil }
            self.number = number
            self.hash = hash
        }

        var text: String { "\(number).\(hash)" }
    }

    private let feed: End
    private let trail: End

    /// Reads a mark; `nil` when the text is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let feed = End(parts[0]), let trail = End(parts[1]) else {
            return nil
        }
        self.feed = feed
        self.trail = trail
    }

    fileprivate init(
        feed: (position: UInt64, hash: Hash256), trail: (number: UInt64, hash: Hash256)
    ) {
        self.feed = End(feed.position, feed.hash)
        self.trail = End(trail.number, trail.hash)
    }

    /// The mark as it is written down.
    public var description: String { "\(feed.text)-\(trail.text)" }

    /// What of the history up to the mark is not what it was.
    fileprivate func faults(in database: CentralDatabase) throws -> [Verification.Fault] {
        var faults: [Verification.Fault] = []
        if feed.hash != (try database.commitHash(at: feed.number)) {
            faults.append(
                .init(
                    subject: .feed, place: "position \(feed.number)",
                    reason: "the changes up to it are not those of the mark"))
        }
        if trail.hash != (try database.trailHash(at: trail.number)) {
            faults.append(
                .init(
                    subject: .trail, place: "entry \(trail.number)",
                    reason: "the entries up to it are not those of the mark"))
        }
        return faults
    }
}

extension CentralDatabase {
    /// The mark of what central's file holds now.
    ///
    /// - Throws: `StoreError`.
    public func auditMark() throws -> AuditMark {
        let last = try hashedTrail().last
        return AuditMark(
            feed: try lastCommit(),
            trail: (UInt64(clamping: last?.entry.number ?? 0), last?.hash ?? .zero))
    }

    /// Verifies that what the mark was made of is here as it was: what central itself wrote too, which no
    /// device signs, and the end of the trail.
    ///
    /// - Throws: `StoreError`.
    public func verify(against mark: AuditMark) throws -> [Verification.Fault] {
        try read { try mark.faults(in: self) }
    }

    fileprivate func trailHash(at number: UInt64) throws -> Hash256? {
        guard number > 0 else { return .zero }
        let statement = try connection.statement("SELECT hash FROM trail WHERE number = ?1")
        try statement.bind(1, Int64(clamping: number))
        defer { statement.reset() }
        return try statement.step() ? Hash256(bytes: statement.bytes(0)) : nil
    }
}
