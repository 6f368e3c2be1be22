// What a store remembers of right time (`ClockFault`).

public import Causality
internal import Dossiers

/// What is known of a machine's clock, and whether a person was asked.
public struct ClockWatch: Hashable, Sendable {
    /// What is known.
    public var witness: ClockWitness
    /// How far the clock was off that a person was asked about; `nil` for nobody asked.
    public var askedMilliseconds: Int64?

    /// What is known; nothing to begin with.
    public init(witness: ClockWitness = ClockWitness(), askedMilliseconds: Int64? = nil) {
        self.witness = witness
        self.askedMilliseconds = askedMilliseconds
    }
}

extension EditView {
    /// What is wrong with a clock that says `now`, by what this file has seen; `nil` for nothing.
    ///
    /// - Throws: `StoreError`.
    public func clockFault(at now: Timestamp) throws -> ClockFault? {
        ClockFault(of: now, try clockWatch().witness)
    }

    /// Whether a person was asked about this wrong clock already.
    ///
    /// - Throws: `StoreError`.
    public func wasAsked(about fault: ClockFault) throws -> Bool {
        try clockWatch().askedMilliseconds.map { fault.isLike(offMilliseconds: $0) } ?? false
    }
}

extension EditTransaction {
    /// Notes what central's clock said, and this machine's, at an exchange. A clock that central finds right
    /// is asked about anew when it goes wrong again.
    ///
    /// - Parameter isNow: whether central said it now; a bundle was on its way for nobody knows how long.
    /// - Throws: `StoreError`.
    public func noteCentral(_ time: Timestamp, isNow: Bool) throws {
        var watch = try view.clockWatch()
        if isNow {
            watch.witness.noteExchange(central: time, wall: now)
        } else {
            watch.witness.noteBundle(central: time)
        }
        if ClockFault(of: now, watch.witness) == nil { watch.askedMilliseconds = nil }
        try save(watch)
    }

    /// Notes that a person was asked about a wrong clock, and writes all the same.
    ///
    /// - Throws: `StoreError`.
    public func noteAsked(about fault: ClockFault) throws {
        var watch = try view.clockWatch()
        watch.askedMilliseconds = fault.offMilliseconds
        try save(watch)
    }

    /// Notes a change under this transaction's clock, unless that is wrong.
    ///
    /// - Throws: `StoreError`.
    public func noteChange() throws {
        let before = try view.clockWatch()
        var watch = before
        guard ClockFault(of: now, watch.witness) == nil else { return }
        watch.witness.noteChange(at: now)
        watch.askedMilliseconds = nil
        if watch != before { try save(watch) }
    }
}
