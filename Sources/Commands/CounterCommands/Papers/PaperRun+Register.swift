internal import Causality
internal import CommandLine
internal import Dossiers
internal import JSON
internal import Papers
internal import Replication
internal import SQLiteStore
internal import Text
internal import Time

extension PaperRun {
    func register() throws -> ExitCode {
        guard invocation.positionals("RECORD").isEmpty else {
            throw UsageError(
                Message("a register is of all dossiers", vi: "sổ theo dõi gồm mọi hồ sơ"))
        }
        let text = try invocation.required("--period")
        let days: (from: CalendarDate, to: CalendarDate)
        do throws(Unread) {
            days = try PeriodReader.days(text)
        } catch {
            throw UsageError(Message(verbatim: "--period ") + error.message)
        }
        let now = context.clock.now().milliseconds
        let (register, office) = try context.read(invocation) { database in
            let (catalog, book) = try catalog(database)
            var register = PaperRegister(
                from: days.from, to: days.to, catalog: catalog, book: book)
            var filter = RecordFilter()
            filter.kind = .dossier
            filter.received =
                OfficeTime.startOfDay(
                    days.from)..<OfficeTime.startOfDay(max(days.from, days.to).adding(days: 1))
            try database.forEachRecord(filter) {
                register.add($0)
                return true
            }
            return (register, try database.identity()?.office)
        }
        let paper: Paper
        do throws(PaperProblem) {
            paper = try register.paper(ofOffice: office, desk: settings.paperDesk, now: now)
        } catch {
            throw CommandFailure(.dataError, error.message, hint: error.hint)
        }
        let document = PaperDocument(title: "07 \(text)", made: now, papers: [paper])
        let pdf: [UInt8]
        do {
            pdf = try PaperProgram(environment: context.environment).pdf(of: document)
        } catch let fault as PaperFault {
            throw fault.failure
        }
        let name = "07-\(days.from)-\(days.to).pdf"
        let place = try deliver(pdf, named: name, title: "dossiersync 07")
        if invocation.has("--json") {
            try invocation.printJSON(
                .object([("rows", .integer(Int64(register.rowCount)))] + place.members))
        } else {
            let count = register.rowCount
            try invocation.say(
                Message(
                    "register of \(GroupedNumber.counted(count, "dossier")), ",
                    vi: "sổ theo dõi \(Language.vietnamese.number(count)) hồ sơ, ") + place.words)
        }
        return .ok
    }
}
