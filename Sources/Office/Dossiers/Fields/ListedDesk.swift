// The desks of an office, as its record in the catalog lists them, so that whoever shows a change can say which desk
// wrote it. Central adds an entry when it gives an identity; nothing takes one out, since what a machine wrote under
// an identity stays.

public import Causality
public import Replication
public import Text

/// A desk of an office; as text a line `REPLICA NUMBER NAME`.
public struct ListedDesk: Hashable, Sendable {
    /// The identity that writes there; a desk has another after its replica was copied or central restored.
    public var replica: ReplicaID
    /// Its number within the office, from 1.
    public var number: Int64
    /// A name for people; empty for none.
    public var name: String

    /// Makes a desk.
    public init(replica: ReplicaID, number: Int64, name: String) {
        (self.replica, self.number, self.name) = (replica, number, name)
    }

    /// The same with a name that a line may hold: what no text may is left out.
    public var listable: ListedDesk {
        let line = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let kept = line.unicodeScalars.filter {
            TextRules.forbiddenCodePoint(in: String($0)) == nil
        }.prefix(DossierLimits.nameCharactersMax)
        var desk = self
        desk.name = String(String.UnicodeScalarView(kept))
        return desk
    }

    /// The desks of an entry, one a line; lines that only a newer version can read are passed over.
    public static func desks(of entry: String) -> [ListedDesk] {
        entry.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, let replica = ReplicaID(hexadecimal: words[0]),
                let number = Int64(words[1]), number > 0
            else { return nil }
            return ListedDesk(
                replica: replica, number: number, name: words.count > 2 ? String(words[2]) : "")
        }
    }

    /// `desk 2 (pc-2)`, `quầy 2 (pc-2)`; not yet safe for a terminal.
    public var words: Message {
        let name = name.isEmpty ? "" : " (\(name))"
        return Message("desk \(number)\(name)", vi: "quầy \(number)\(name)")
    }
}

extension ListedDesk: CustomStringConvertible {
    /// The text.
    public var description: String { "\(replica) \(number) \(name)" }
}

extension RecordState {
    /// The desks that an office's record lists; of two entries for one identity the later.
    public var listedDesks: [ListedDesk] {
        guard let shown = shown(RecordSchema.desksField, by: .entries) else { return [] }
        var desks: [ReplicaID: ListedDesk] = [:]
        for entry in shown.entries.reversed() {
            for desk in ListedDesk.desks(of: entry.value.text ?? "") { desks[desk.replica] = desk }
        }
        return desks.values.sorted { ($0.number, $0.replica) < ($1.number, $1.replica) }
    }
}
