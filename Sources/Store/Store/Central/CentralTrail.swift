// What admins did at central: who enrolled, revoked, resolved, exported. Entries are only ever added,
// each chained to the one before by a hash, so that one that is altered or taken out shows
// (`central verify --audit`). None holds anything of a citizen.

internal import CBOR
public import Causality
public import Crypto

/// One entry of the trail.
public struct TrailEntry: Hashable, Sendable {
    /// Its number, from 1.
    public var number: Int64
    /// When it was done, by central's clock.
    public var at: Timestamp
    /// Who did it: `local:` and a user of central's machine, `admin:` and an
    /// account (`?` when there is none), or `device:` and a replica.
    public var actor: String
    /// What was done, in a word.
    public var action: String
    /// To what: an office, a device, a dossier's id. Empty when there is nothing to name.
    public var subject: String
    /// How many, for what is done to many at once.
    public var count: Int64?

    /// An entry.
    public init(
        number: Int64, at: Timestamp, actor: String, action: String, subject: String,
        count: Int64?
    ) {
        self.number = number
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.count = count
    }
}

extension TrailEntry {
    /// The hash of the entry after the one with `hash`.
    public func hash(after hash: Hash256) -> Hash256 {
        var writer = CBORWriter()
        writer.writeInteger(number)
        writer.writeInteger(at.milliseconds)
        for text in [actor, action, subject] { writer.writeText(text) }
        if let count { writer.writeInteger(count) } else { writer.writeNull() }
        return hash.chained(with: Hash256(hashing: writer.bytes))
    }
}

/// The end of the trail.
public struct TrailEnd: Hashable, Sendable {
    /// The number of the last entry; 0 for none.
    public var number: Int64
    /// Its hash over all before it.
    public var hash: Hash256

    /// An end; that of an empty trail by default.
    public init(number: Int64 = 0, hash: Hash256 = .zero) {
        self.number = number
        self.hash = hash
    }
}

/// What central's store tells of the trail.
public protocol CentralTrailView {
    /// The trail, oldest first.
    func trail() throws -> [TrailEntry]
    /// The end of the trail.
    func trailEnd() throws -> TrailEnd
}

/// What is written of the trail.
public protocol CentralTrailTransaction {
    /// Adds an entry with its hash.
    func append(_ entry: TrailEntry, hash: Hash256) throws
}

extension CentralNodeTransaction {
    /// Adds an entry to the trail, in the transaction of what it tells of.
    ///
    /// - Throws: what the store throws.
    public func note(
        _ action: String, _ subject: String = "", by actor: String, count: Int? = nil
    ) throws {
        let last = try view.trailEnd()
        let entry = TrailEntry(
            number: last.number + 1, at: now, actor: actor, action: action, subject: subject,
            count: count.map(Int64.init))
        try append(entry, hash: entry.hash(after: last.hash))
    }
}
