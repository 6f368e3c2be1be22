internal import Causality
public import Crypto
public import SQLiteStore
internal import Store
public import Time

/// What a report wants of a database file besides its records: central's, or a counter's.
public protocol ReportedDatabase: ReplicaDatabase {
    /// The only office that it can tell of; `nil` for all, or when it is not known yet.
    func onlyOffice() throws -> String?
    /// Whether an office that it does not have is none.
    var knowsAllOffices: Bool { get }
    /// How far it has come in central's feed, and central's hash there.
    func feedPlace() throws -> (position: UInt64, hash: String?)
    /// Central's hash at a position of its feed; `nil` for one that is not known.
    func feedHash(at position: UInt64) throws -> Hash256?
    /// Who wrote what it holds, and how far.
    func reportSources() throws -> [ReportCut.Source]
    /// The last report that was issued for a period that ends on a day; `nil` for none.
    func reportIssued(through day: CalendarDate, office: String?) throws -> IssuedReport?
}

extension CentralDatabase: ReportedDatabase {
    /// As in `ReportedDatabase`.
    public func onlyOffice() throws -> String? { nil }

    /// As in `ReportedDatabase`.
    public var knowsAllOffices: Bool { true }

    /// As in `ReportedDatabase`.
    public func feedPlace() throws -> (position: UInt64, hash: String?) {
        let end = try lastCommit()
        return (end.position, end.hash.description)
    }

    /// As in `ReportedDatabase`.
    public func feedHash(at position: UInt64) throws -> Hash256? { try commitHash(at: position) }

    /// As in `ReportedDatabase`.
    public func reportSources() throws -> [ReportCut.Source] {
        ReportCut.sources(try devices())
    }

    /// As in `ReportedDatabase`.
    public func reportIssued(through day: CalendarDate, office: String?) throws -> IssuedReport? {
        try lastIssuedReport(endingOn: day, office: office)
    }
}

extension CounterDatabase: ReportedDatabase {
    /// As in `ReportedDatabase`.
    public func onlyOffice() throws -> String? { try identity()?.office }

    /// As in `ReportedDatabase`.
    public var knowsAllOffices: Bool { false }

    /// As in `ReportedDatabase`.
    public func feedPlace() throws -> (position: UInt64, hash: String?) {
        let cursor = try identity()?.cursor
        return (cursor?.position ?? 0, cursor?.hash.description)
    }

    /// As in `ReportedDatabase`.
    public func feedHash(at position: UInt64) throws -> Hash256? { nil }

    /// As in `ReportedDatabase`.
    public func reportSources() throws -> [ReportCut.Source] {
        try identity().map { [ReportCut.Source($0)] } ?? []
    }

    /// As in `ReportedDatabase`.
    public func reportIssued(through day: CalendarDate, office: String?) throws -> IssuedReport? {
        nil
    }
}
