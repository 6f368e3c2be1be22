// A version vector maps each replica to the highest seq of its changes that have been seen.
//
// Invariant: entries are sorted by replica, unique, and none has seq 0 (a missing entry is 0), so
// that equal vectors have equal representations. A vector stays small (only desks that wrote to a
// dossier have an entry), which is why it is a sorted array and not a dictionary.

/// Which changes have been seen: replica → highest seq. A missing entry means none.
public struct VersionVector: Hashable, Sendable {
    /// One replica's part of a vector.
    public typealias Entry = Dot

    /// The entries in ascending order of replica; never one with seq 0.
    public private(set) var entries: [Entry]

    /// The empty vector: nothing has been seen.
    public init() {
        entries = []
    }

    /// The vector with one entry; empty when the seq is 0.
    public init(_ dot: Dot) {
        entries = dot.seq == 0 ? [] : [dot]
    }

    /// Makes a vector from entries in any order; of two for one replica the higher counts.
    public init(_ dots: some Sequence<Dot>) {
        entries = []
        for dot in dots { insert(dot) }
    }

    /// Whether nothing has been seen.
    public var isEmpty: Bool { entries.isEmpty }

    /// The highest seq seen of a replica; 0 when none. O(number of entries).
    public subscript(replica: ReplicaID) -> UInt64 {
        for entry in entries where entry.replica == replica { return entry.seq }
        return 0
    }

    /// Whether the change was seen.
    public func covers(_ dot: Dot) -> Bool {
        self[dot.replica] >= dot.seq
    }

    /// Whether all that `other` has seen was seen here too.
    public func covers(_ other: VersionVector) -> Bool {
        other.entries.allSatisfy(covers)
    }

    /// Notes that a change, and all before it from its replica, has been seen.
    public mutating func insert(_ dot: Dot) {
        guard dot.seq > 0 else { return }
        let place = entries.firstIndex { $0.replica >= dot.replica } ?? entries.endIndex
        if place < entries.endIndex, entries[place].replica == dot.replica {
            if entries[place].seq < dot.seq { entries[place] = dot }
        } else {
            entries.insert(dot, at: place)
        }
    }

    /// Takes in all that `other` has seen: the pointwise maximum.
    public mutating func formMerge(_ other: VersionVector) {
        if entries.isEmpty {
            entries = other.entries
        } else {
            for entry in other.entries { insert(entry) }
        }
    }

    /// The pointwise maximum of both.
    public func merged(with other: VersionVector) -> VersionVector {
        var result = self
        result.formMerge(other)
        return result
    }

    /// What `other` has seen and this vector has not, as the entries of `other` that exceed it.
    public func missing(from other: VersionVector) -> VersionVector {
        VersionVector(other.entries.filter { !covers($0) })
    }

    /// How this vector stands to another.
    public func compare(to other: VersionVector) -> CausalOrder {
        switch (covers(other), other.covers(self)) {
        case (true, true): .equal
        case (true, false): .after
        case (false, true): .before
        case (false, false): .concurrent
        }
    }
}

extension VersionVector: ExpressibleByDictionaryLiteral {
    /// A vector written out, as in `[a: 3, b: 1]`.
    public init(dictionaryLiteral elements: (ReplicaID, UInt64)...) {
        self.init(elements.map { Dot($0, $1) })
    }
}

extension VersionVector: CustomStringConvertible {
    /// `{replica:seq, …}` in order of replica.
    public var description: String {
        "{" + entries.map(\.description).joined(separator: ", ") + "}"
    }
}
