internal import Dossiers
public import Replication
internal import SeededRandom
internal import Time

/// The fields of a dossier that is about to be made.
public struct DossierFields: Hashable, Sendable {
    /// The fields to write, in canonical order.
    public var writes: [FieldWrite]
    /// The clerk's note, to be added.
    public var additions: [FieldWrite]

    /// Bytes of all texts in UTF-8.
    public var textBytes: Int {
        (writes + additions).reduce(0) { $0 + ($1.value.text?.utf8.count ?? 0) }
    }
}

/// What is decided about a dossier before its applicant is drawn.
struct DossierFrame {
    var code: DossierCode
    var procedure: PublicProcedure
    var channel: String
    var status: DossierStatus
    var receivedAt: Int64
    var dueAt: Int64
    var officer: String?
}

/// Makes dossiers as offices have them: 14 columns and 400 to 500 bytes of text, in Vietnamese.
/// Nobody in them exists.
public struct DossierGenerator: Sendable {
    /// Bytes of text in one dossier (UTF-8).
    public static let textBytes = 400...500

    private var generator: SeededGenerator
    private var count = 0
    private static let workingDays = OfficeCalendar.workingDays(HalfYear.Plan().days)

    /// Starts the dossiers of a seed.
    public init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Goes on with a generator.
    init(_ generator: SeededGenerator) {
        self.generator = generator
    }

    /// The next dossier that a desk takes in, its code unlike all before. The days of receipt go
    /// round the half-year.
    ///
    /// - Parameter desk: from 1.
    public mutating func dossier(
        office: DistrictOffice = DistrictOffice.all[0], desk: Int = 1
    ) -> DossierFields {
        let day = Self.workingDays[count % Self.workingDays.count]
        let number = Int64(desk) * 10_000 + Int64(count / Self.workingDays.count) + 1
        count += 1
        guard let code = DossierCode(agency: office.code, day: day, number: number) else {
            preconditionFailure("codes of offices have the form, and numbers end before the digits")
        }
        let received = OfficeCalendar.instant(of: day, &generator)
        let procedure = PublicProcedure.draw(online: false, &generator)
        let frame = DossierFrame(
            code: code, procedure: procedure, channel: "counter", status: .accepted,
            receivedAt: received, dueAt: Self.dueAt(procedure, received: received),
            officer: PersonGenerator.name(isFemale: count % 2 == 0, &generator))
        return fields(frame, office: office)
    }

    /// All fields of a dossier of which the frame is given.
    mutating func fields(_ frame: DossierFrame, office: DistrictOffice) -> DossierFields {
        let person = PersonGenerator.person(&generator)
        var writes = [
            FieldWrite("code", .text(frame.code.description)),
            FieldWrite("procedure", .text(frame.procedure.code)),
            FieldWrite("applicant_name", .text(person.name)),
            FieldWrite("applicant_id", .text(person.identityNumber)),
            FieldWrite("applicant_phone", .text(person.phone)),
            FieldWrite("applicant_address", .text(office.address(&generator))),
            FieldWrite("channel", .text(frame.channel)),
            FieldWrite("office", .text(office.code)),
            FieldWrite("status", .text(frame.status.rawValue)),
            FieldWrite("received_at", .integer(frame.receivedAt)),
            FieldWrite("due_at", .integer(frame.dueAt)),
            FieldWrite("fee_vnd", .integer(frame.procedure.feeVND)),
        ]
        if let officer = frame.officer { writes.append(FieldWrite("officer", .text(officer))) }
        var fields = DossierFields(writes: writes.sorted { $0.name < $1.name }, additions: [])
        let papers = frame.channel == "online" ? "tệp đính kèm" : "bản chính"
        let note = note(
            "\(frame.procedure.name): nhận \(generator.number(in: 1...6)) \(papers).",
            bytesMin: Self.textBytes.lowerBound - fields.textBytes)
        fields.additions = [FieldWrite("notes", .text(note))]
        return fields
    }

    /// When a dossier is due: at closing time, so many working days after the one that takes it in.
    static func dueAt(_ procedure: PublicProcedure, received: Int64) -> Int64 {
        var day = OfficeTime.day(ofMilliseconds: received)
        if received > OfficeCalendar.closing(of: day) { day = day.adding(days: 1) }
        var rest = procedure.processingDays
        while rest > 0 || !OfficeCalendar.isWorkingDay(day) {
            if OfficeCalendar.isWorkingDay(day) { rest -= 1 }
            day = day.adding(days: 1)
        }
        return OfficeCalendar.closing(of: day)
    }

    private mutating func note(_ start: String, bytesMin: Int) -> String {
        var note = start
        // The longest remark has under 80 bytes, so the text ends well below the upper bound.
        for remark in generator.shuffled(NoteText.remarks) {
            if note.utf8.count >= bytesMin { break }
            note += " " + remark
        }
        return note
    }
}
