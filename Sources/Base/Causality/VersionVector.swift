// A version vector maps each replica to the highest seq of its changes that have been seen.
//
// Invariant: entries are sorted by replica, unique, and none has seq 0 (a missing entry is 0), so
// that equal vectors have equal representations. A vector stays small (only desks that wrote to a
// dossier have an entry), which is why it is a sorted array and not a dictionary. One that comes from
// elsewhere need not be small: no operation over whole vectors takes more steps than they have entries
// together, so a long one costs what its bytes cost.

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
    /// O(n) for entries in ascending order, else O(n log n).
    public init(_ dots: some Sequence<Dot>) {
        entries = dots.filter { $0.seq > 0 }
        guard !zip(entries, entries.dropFirst()).allSatisfy({ $0.replica < $1.replica }) else {
            return
        }
        let sorted = entries.sorted()
        StepCount.note(entries.count)
        entries = []
        for dot in sorted { append(dot) }
    }

    /// Whether nothing has been seen.
    public var isEmpty: Bool { entries.isEmpty }

    /// The highest seq seen of a replica; 0 when none. O(log n).
    public subscript(replica: ReplicaID) -> UInt64 {
        let place = place(of: replica)
        return place < entries.count && entries[place].replica == replica ? entries[place].seq : 0
    }

    /// Whether the change was seen.
    public func covers(_ dot: Dot) -> Bool {
        self[dot.replica] >= dot.seq
    }

    /// Whether all that `other` has seen was seen here too. O(n of both).
    public func covers(_ other: VersionVector) -> Bool {
        var place = 0
        defer { StepCount.note(place + other.entries.count) }
        return other.entries.allSatisfy { covers($0, from: &place) }
    }

    /// Notes that a change, and all before it from its replica, has been seen. O(n).
    public mutating func insert(_ dot: Dot) {
        guard dot.seq > 0 else { return }
        let place = place(of: dot.replica)
        StepCount.note(entries.count - place)
        if place < entries.endIndex, entries[place].replica == dot.replica {
            if entries[place].seq < dot.seq { entries[place] = dot }
        } else {
            entries.insert(dot, at: place)
        }
    }

    /// As `insert`; O(1) for a replica that is not before the last one.
    public mutating func append(_ dot: Dot) {
        guard let last = entries.last, dot.seq > 0 else { return insert(dot) }
        guard last.replica < dot.replica else { return insert(dot) }
        StepCount.note(1)
        entries.append(dot)
    }

    /// Takes in all that `other` has seen: the pointwise maximum. O(n of both).
    public mutating func formMerge(_ other: VersionVector) {
        if entries.isEmpty {
            entries = other.entries
            return
        }
        guard !covers(other) else { return }
        let mine = entries
        entries = []
        entries.reserveCapacity(max(mine.count, other.entries.count))
        StepCount.note(mine.count + other.entries.count)
        var place = 0
        for entry in other.entries {
            while place < mine.count, mine[place].replica < entry.replica {
                entries.append(mine[place])
                place += 1
            }
            guard place < mine.count, mine[place].replica == entry.replica else {
                entries.append(entry)
                continue
            }
            entries.append(Dot(entry.replica, max(mine[place].seq, entry.seq)))
            place += 1
        }
        entries += mine[place...]
    }

    /// The pointwise maximum of both.
    public func merged(with other: VersionVector) -> VersionVector {
        var result = self
        result.formMerge(other)
        return result
    }

    /// What `other` has seen and this vector has not, as the entries of `other` that exceed it.
    public func missing(from other: VersionVector) -> VersionVector {
        var place = 0
        defer { StepCount.note(place + other.entries.count) }
        return VersionVector(other.entries.filter { !covers($0, from: &place) })
    }

    /// Whether some change was seen by both. O(n of both).
    public func meets(_ other: VersionVector) -> Bool {
        var place = 0
        defer { StepCount.note(place + other.entries.count) }
        return other.entries.contains { entry in
            while place < entries.count, entries[place].replica < entry.replica { place += 1 }
            return place < entries.count && entries[place].replica == entry.replica
        }
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

    /// Whether an entry is covered, for one entry after another in order: `place` goes along.
    private func covers(_ entry: Entry, from place: inout Int) -> Bool {
        while place < entries.count, entries[place].replica < entry.replica { place += 1 }
        return place < entries.count && entries[place].replica == entry.replica
            && entries[place].seq >= entry.seq
    }

    /// Where a replica's entry stands, or would stand. O(log n).
    private func place(of replica: ReplicaID) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            StepCount.note(1)
            let middle = (low + high) / 2
            if entries[middle].replica < replica { low = middle + 1 } else { high = middle }
        }
        return low
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
