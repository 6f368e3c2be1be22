import Causality
import Dossiers
import Replication

/// What two desks do apart with one dossier, and what of it counts: the table of `merge-rules.md`, told by
/// the merge and the ledger themselves.
enum EventPairs {
    /// One act.
    private struct Deed {
        var name: String
        var writes: [FieldWrite] = []
        var event: DossierEvent?

        static func status(_ status: DossierStatus) -> Deed {
            Deed(
                name: status.rawValue, writes: [FieldWrite("status", .text(status.rawValue))])
        }

        static func handOver(_ office: String) -> Deed {
            Deed(name: "to \(office)", writes: [FieldWrite("office", .text(office))])
        }

        static let void = Deed(name: "voided", event: DossierEvent(.voided))

        /// Of what the making desk did second.
        static let undo = Deed(
            name: "undone", writes: [FieldWrite("status", .text("processing"))],
            event: DossierEvent(.undone, from: "finished", to: "processing", undoes: clock(2)))
        static let reopen = Deed(
            name: "reopened", writes: [FieldWrite("status", .text("processing"))])
    }

    static var markdown: String {
        let open = [
            Deed.status(.finished), .status(.withdrawn), .status(.notAccepted), .handOver("B"),
            .handOver("C"), .void,
        ]
        let ended = [Deed.status(.returned), .undo, .reopen, .handOver("B"), .void]
        return table(open, base: .new) + "\n" + table(ended, base: .finished)
    }

    private static func table(_ deeds: [Deed], base: DossierStatus) -> String {
        var lines = [
            "| `\(base.rawValue)`: first | second | what counts, in order |", "|---|---|---|",
        ]
        for first in deeds {
            for second in deeds {
                let words = counted(first, second, base: base)
                lines.append("| \(first.name) | \(second.name) | \(words) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func clock(_ number: UInt64) -> HybridTimestamp {
        HybridTimestamp(rawValue: (1_800_000_000_000 + number * 1_000) << 16)
    }

    private static func counted(_ first: Deed, _ second: Deed, base: DossierStatus) -> String {
        guard let id = RecordID("00000000-0000-8000-8000-000000000001") else { return "" }
        var state = RecordState(kind: .dossier, id: id)
        func change(_ deed: Deed, by replica: UInt64, _ seq: UInt64, _ number: UInt64) -> Change {
            let time = Timestamp(milliseconds: clock(number).time.milliseconds)
            var additions: [FieldWrite] = []
            if let event = deed.event.flatMap({ DossierEvent.entry([$0]) }) {
                additions = [event]
            } else if !state.fields.isEmpty,
                let event = DossierEvent.addition(over: state, deed.writes, [], act: time)
            {
                additions = [event]
            }
            return Change(
                dot: Dot(ReplicaID(replica), seq), clock: clock(number), kind: .dossier,
                record: id, context: state.vv, writes: deed.writes, additions: additions, at: nil,
                by: nil)
        }
        let begin = Deed(
            name: "",
            writes: [
                FieldWrite("office", .text("A")),
                FieldWrite("status", .text(base == .new ? "new" : "processing")),
                FieldWrite("received_at", .integer(clock(1).time.milliseconds)),
            ])
        _ = state.apply(change(begin, by: 1, 1, 1))
        if base == .finished { _ = state.apply(change(.status(.finished), by: 1, 2, 2)) }
        let apart = [change(first, by: 2, 1, 3), change(second, by: 3, 1, 4)]
        for change in apart { _ = state.apply(change) }
        let entries = DossierLedger(state).entries.dropFirst()
        let words = entries.map { entry in
            switch entry.what {
            case .handedOver: "\(entry.office ?? "") to \(entry.taker ?? "")"
            default: "\(entry.what.rawValue) (\(entry.office ?? ""))"
            }
        }
        let conflict = state.hasConflict ? "; conflict" : ""
        return (words.isEmpty ? "nothing" : words.joined(separator: ", ")) + conflict
    }
}
