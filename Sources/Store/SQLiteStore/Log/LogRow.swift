// A row of the log as its readers see it, wherever it is kept.

internal import Causality
internal import Crypto
internal import Editing
internal import Replication
internal import Store

/// A record as rows of the log name it.
struct LogPlace: Hashable {
    var kind: RecordKind
    /// The key of its row; 0 for none.
    var record: Int64
}

/// What of a row is wanted beside its place: each costs something.
struct LogParts: OptionSet {
    let rawValue: UInt8

    static let hash = LogParts(rawValue: 1)
    static let bytes = LogParts(rawValue: 2)
    /// How many sets of them there are.
    static let count: UInt8 = 4
}

/// A row of the log.
struct LogRow {
    /// Its place in the order of arrival.
    var position: Int64
    var form: LogForm
    /// The key of the writer's replica; 0 of a state.
    var replica: Int64
    var seq: UInt64
    var place: LogPlace
    /// As `LogEntry.isMaking`.
    var isMaking: Bool
    /// When it came here, by this machine's clock.
    var arrived: Int64
    /// Whether a chain hash is kept of it.
    var isHashed: Bool
    /// The chain hash, where it was asked for.
    var hash: Hash256?
    /// Whether it has bytes.
    var hasBytes: Bool
    /// The canonical bytes, where they were asked for.
    var bytes: [UInt8]?

    /// Whether it is a change, refused or not.
    var isChange: Bool { form != .state }

    /// That the row contradicts itself.
    var damage: StoreError { .damaged(table: "changes", key: position) }

    /// The change that it is.
    ///
    /// - Throws: `StoreError.damaged`.
    func change() throws -> Change {
        do throws(FormatError) {
            return try Change(canonicalBytes: bytes ?? [])
        } catch {
            throw damage
        }
    }

    /// The state that it is.
    ///
    /// - Throws: `StoreError.damaged`.
    func state() throws -> RecordState {
        do throws(FormatError) {
            return try RecordState(canonicalBytes: bytes ?? [])
        } catch {
            throw damage
        }
    }
}
