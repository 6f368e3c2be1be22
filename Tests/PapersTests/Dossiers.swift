import Causality
import Dossiers
import Papers
import Replication
import Testing
import Time

/// A dossier as changes made it, one after the other.
struct Life {
    var state: RecordState
    private var seq: UInt64 = 0

    init(_ kind: RecordKind = .dossier) {
        guard let id = RecordID(bytes: [UInt8](0x10...0x1F)) else {
            preconditionFailure("sixteen bytes are an id")
        }
        state = RecordState(kind: kind, id: id)
    }

    /// Takes a change at a time, `2026-11-30T09:00`.
    mutating func take(
        _ time: String, by: String? = nil, _ writes: [FieldName: FieldValue],
        adding additions: [FieldName: FieldValue] = [:]
    ) {
        seq += 1
        let clock = HybridTimestamp(Timestamp(milliseconds: instant(time)))
        let replica = ReplicaID(7)
        let outcome = state.apply(
            Change(
                dot: Dot(replica, seq), clock: clock, kind: state.kind, record: state.id,
                context: state.vv, writes: writes.map { FieldWrite($0, $1) },
                additions: additions.map { FieldWrite($0, $1) }, at: nil, by: by))
        precondition(outcome == .applied, "the test's history has no gap")
    }

    /// A dossier of Lê Thị Hoa, received on 30 November 2026 at 9 o'clock.
    static func received(
        _ more: [FieldName: FieldValue] = [:], on day: String = "2026-11-30"
    ) -> Life {
        var life = Life()
        let fields: [FieldName: FieldValue] = [
            "code": .text("000.17.01.H56-261130-10001"), "procedure": .text("1.004199"),
            "applicant_name": .text("Lê Thị Hoa"), "applicant_id": .text("038123456789"),
            "applicant_phone": .text("0912345678"), "applicant_address": .text("Quảng Định"),
            "office": .text("000.17.01.H56"), "status": .text("accepted"),
            "received_at": .integer(instant("\(day)T09:00")), "fee_vnd": .integer(50_000),
        ]
        life.take(
            "\(day)T09:00", by: "Lan", fields.merging(more) { $1 },
            adding: ["papers": .text("Đơn đề nghị\nCCCD | copies=2 certified=1")])
        return life
    }

    func source(now: String = "2026-11-30T09:05") -> PaperSource {
        var desk = PaperDesk()
        desk.body = "Ủy ban nhân dân thành phố Thanh Hóa"
        desk.place = "Thanh Hóa"
        return PaperSource(
            dossier: state, catalog: PaperCatalog(Self.catalog),
            book: DeadlineBook(catalog: Self.catalog),
            desk: desk, now: instant(now))
    }

    static let catalog: [RecordState] = {
        func entry(_ kind: RecordKind, _ fields: [FieldName: FieldValue]) -> RecordState {
            var life = Life(kind)
            life.take("2026-01-01T00:00", fields)
            return life.state
        }
        return [
            entry(
                .office,
                [
                    "code": .text("000.17.01.H56"), "name": .text("Một cửa TP Thanh Hóa"),
                    "phone": .text("02373 852 246"), "address": .text("Số 1 Lê Lợi"),
                ]),
            entry(
                .procedure,
                [
                    "code": .text("1.004199"), "name": .text("Cấp đổi giấy phép"),
                    "limit": .text("7wd@15:00"),
                ]),
        ]
    }()

    /// A paper of it.
    func paper(_ kind: PaperKind, now: String = "2026-11-30T09:05") throws -> MadePaper {
        try PaperMaker(source(now: now)).make(kind)
    }

    /// Why there is none.
    func problem(_ kind: PaperKind) -> PaperProblem? {
        do throws(PaperProblem) {
            _ = try PaperMaker(source()).make(kind)
            return nil
        } catch {
            return error
        }
    }
}

/// `2026-11-30T09:00` at the offices' time, in milliseconds since the epoch.
func instant(_ text: String) -> Int64 {
    guard let time = RFC3339.millisecondsSinceEpoch(text + ":00+07:00") else {
        preconditionFailure("the test's times are some")
    }
    return time.milliseconds
}

extension Paper {
    /// All that stands on it, a line or a cell a line.
    var text: String {
        var lines: [String] = [mark].compactMap(\.self)
        for block in blocks {
            switch block {
            case .heading(let left, let right): lines += (left + right).map(\.text)
            case .symbols: break
            case .line(let line): lines.append(line.text)
            case .field(let label, let value): lines.append("\(label): \(value)")
            case .table(let table):
                lines.append(table.columns.map(\.title).joined(separator: " | "))
                lines += table.rows.map { $0.joined(separator: " | ") }
            case .signatures(let signatures):
                lines += signatures.map { "\($0.role) \($0.note) \($0.name)" }
            }
        }
        return lines.joined(separator: "\n")
    }
}
