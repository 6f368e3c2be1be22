// What an event was in all its details. A seed means what today's generator draws from it: nothing
// any more once one thing more is drawn. The details are what was drawn, in words that outlast the
// generator and the engine: records are named by the writes that made them, exchanges of a sync by
// their number, requests that were held up by where they come from, and clocks by how far they move.
// Only what the engine itself draws (identities, tokens, epochs) follows from the event's seed.

internal import Replication

/// The details of an event; which of them it has depends on its kind.
struct Details: Codable, Hashable, Sendable {
    /// How far a clock moves, in milliseconds: the jump, the time that passes before a clerk writes,
    /// or how wrong a new machine's clock is.
    var milliseconds: Int64?
    /// The identity of central's writing session.
    var session: UInt64?
    /// What is written, in one transaction.
    var edits: [ScriptedEdit]?
    /// Whether the machine dies in the middle of the transaction.
    var diesInTransaction: Bool?
    /// How much of the last commit is on disk when the machine dies, of a thousand.
    var share: Int?
    /// The sync.
    var sync: ScriptedSync?
    /// Which request arrives at last: see `StrayRequest`.
    var stray: String?
    /// The number of the event that made the copy from which central goes on.
    var backup: Int?
    /// Whether central is told of its restoration at once.
    var isTold: Bool?
    /// The slot that a clone takes.
    var slot: Int?
}

/// One edit.
struct ScriptedEdit: Codable, Hashable, Sendable {
    enum Kind: String, Codable, Hashable, Sendable {
        case make, edit, resolve, erase
    }

    /// Names the write that comes of it.
    var label: Label
    var does: Kind
    /// The kind of the record that is made.
    var kind: UInt8?
    /// The record: the label of the write that made it, or its id where that was given.
    var record: String?
    var writes: [ScriptedWrite] = []
    var additions: [ScriptedWrite] = []
    /// The day of March 2021 whose next code the dossier takes.
    var codeDay: Int?
    /// When it happened by the clerk's word, in milliseconds.
    var at: Int64?
}

/// A sync and its weather.
struct ScriptedSync: Codable, Hashable, Sendable {
    /// What happens to one exchange.
    struct Exchange: Codable, Hashable, Sendable {
        /// Which exchange of the sync, counted from 1.
        var number: Int
        var fate: Fate?
        /// Bytes that are cut off, when it arrives cut short.
        var cut: Int?
        /// What a clerk writes on the same file before the request leaves.
        var before: [ScriptedEdit]?
        /// What a clerk writes before the reply is read.
        var after: [ScriptedEdit]?
        /// Central dies while it works on it.
        var centralDeath: CentralDeath?

        /// Whether nothing happens to it.
        var isPlain: Bool { self == Exchange(number: number) }
    }

    /// When central dies: at which reading of its clock, and how much of its last commit is on disk.
    struct CentralDeath: Codable, Hashable, Sendable {
        var readings: Int
        var share: Int
    }

    /// When the device's machine dies: after how many replies, or while it waits for an exchange.
    struct MachineDeath: Codable, Hashable, Sendable {
        var replies: Int
        var isWaiting: Bool
        var share: Int
    }

    /// Bytes of a chunk up and down, where they are not the usual ones.
    var pushBytes: Int?
    var pullBytes: Int?
    var takesNewToken = false
    /// Exchanges until the link goes down; `nil` for a good link.
    var exchangesLeft: Int?
    var death: MachineDeath?
    /// The exchanges to which something happens.
    var exchanges: [Exchange] = []
    /// What becomes of the replacements of the token, one after the other; those beyond arrive.
    var tokenFates: [TokenFate] = []

    /// What happens to an exchange by its number.
    func exchange(_ number: Int) -> Exchange {
        exchanges.first { $0.number == number } ?? Exchange(number: number)
    }

    /// What becomes of a replacement of the token by its place.
    func tokenFate(_ place: Int) -> TokenFate {
        place < tokenFates.count ? tokenFates[place] : .arrives
    }
}

/// What becomes of a device's new token on its way.
enum TokenFate: String, Codable, Hashable, Sendable {
    case requestLost, replyLost, arrives
}

/// A field and the value that is written to it, as a pair.
struct ScriptedWrite: Codable, Hashable, Sendable {
    var write: FieldWrite

    init(_ write: FieldWrite) {
        self.write = write
    }

    init(from decoder: any Decoder) throws {
        var pair = try decoder.unkeyedContainer()
        let name = FieldName(try pair.decode(String.self))
        if try pair.decodeNil() {
            self.init(FieldWrite(name, .null))
        } else if let value = try? pair.decode(Bool.self) {  // the next type is tried
            self.init(FieldWrite(name, .bool(value)))
        } else if let value = try? pair.decode(Int64.self) {  // the next type is tried
            self.init(FieldWrite(name, .integer(value)))
        } else if let value = try? pair.decode(Double.self) {  // the next type is tried
            self.init(FieldWrite(name, .real(value)))
        } else {
            self.init(FieldWrite(name, .text(try pair.decode(String.self))))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var pair = encoder.unkeyedContainer()
        try pair.encode(write.name.rawValue)
        switch write.value {
        case .null: try pair.encodeNil()
        case .bool(let value): try pair.encode(value)
        case .integer(let value): try pair.encode(value)
        case .real(let value): try pair.encode(value)
        case .text(let value): try pair.encode(value)
        case .other:
            throw EncodingError.invalidValue(
                write.name.rawValue,
                EncodingError.Context(
                    codingPath: encoder.codingPath, debugDescription: "no desk writes such values"))
        }
    }
}
