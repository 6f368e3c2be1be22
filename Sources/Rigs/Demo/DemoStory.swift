// What the demonstration prints. Every figure is counted from central's database, from the desks'
// replicas or from the syncs; none is taken from the plan but to be compared.

internal import Causality
internal import CentralServer
internal import CommandLine
internal import CounterEngine
internal import Demonstration
internal import Dossiers
internal import JSON
internal import SQLiteStore
internal import Replication
internal import Reports
internal import Text
internal import Wire

/// Tells a person what happened.
struct DemoStory {
    private let run: DemoRun
    private let invocation: Invocation

    init(_ run: DemoRun, _ invocation: Invocation) {
        self.run = run
        self.invocation = invocation
    }

    func tellBeginning(seed: Int) throws {
        let year = run.halfYear
        try say("A half-year at \(year.offices.count) district offices (seed \(seed))")
        try say(
            "central at \(run.central.url), \(run.desks.count) desks, each with its own replica; "
                + "\(year.phases.count { $0.day != nil }) working days")
        try say("")
    }

    /// Tells the rest.
    ///
    /// - Returns: whether everything came out as it was played.
    func tellOutcome() throws -> Bool {
        try tellWork()
        let isMerged = try tellMerges()
        let isReported = try tellReport()
        let isConverged = try tellDigests()
        return isMerged && isReported && isConverged
    }

    private func say(_ line: String) throws {
        try invocation.printOut(line)
    }

    private func tellWork() throws {
        let (count, plan) = (run.count, run.halfYear.plan)
        let number = GroupedNumber.string
        try say("What happened")
        try say("  \(number(count.edits)) edits at the desks, without waiting for any network")
        try say("  \(number(count.imported)) online submissions taken in by central")
        try say(
            "  \(number(count.syncs)) syncs, \(number(count.roundTrips)) exchanges, "
                + "\(ByteCount.string(count.bytes.bytesSent)) sent, "
                + "\(ByteCount.string(count.bytes.bytesReceived)) received, "
                + "\(tenths(count.seconds)) seconds in all")
        let office = run.halfYear.offices.first { $0.code == run.halfYear.apart.office }
        try say(
            "  \(office?.name ?? run.halfYear.apart.office) had no link from "
                + "\(plan.cutDays.lowerBound) to \(plan.cutDays.upperBound); its desks worked on:")
        try say(
            "    \(number(count.unreachable)) tries to sync said “unreachable”, "
                + "\(number(Int(clamping: count.waiting))) changes waited and arrived")
        try say("")
    }

    private func tellReport() throws -> Bool {
        let plan = run.halfYear.plan
        let period = try ReportPeriod(from: plan.days.lowerBound, to: plan.days.upperBound)
        // The devices' clocks are those of the story; central's is today's.
        let (report, cut) = try ReportSource(path: run.centralPath).read {
            database throws(ReportError) in
            (
                try PeriodReport(database, period),
                try ReportCut(database, now: SystemClock().now().milliseconds)
            )
        }
        for line in report.text(cut: cut).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        {
            try say(String(line))
        }
        let (guided, received) = (report.total.guided, report.total.received)
        let isPublished =
            guided.inPerson == plan.inPersonContacts && guided.outgoingCalls == plan.outgoingCalls
            && guided.incomingCalls == plan.incomingCalls && received.total == plan.dossiers
            && received.online == plan.onlineDossiers
        try say("")
        try say(
            isPublished
                ? "These are the published figures, counted from the records."
                : "These are NOT the published figures.")
        let isBalanced = try tellLaw(report)
        try say("")
        return isPublished && isBalanced
    }

    /// Both sides of the law of the figures, which are counted apart.
    private func tellLaw(_ report: PeriodReport) throws -> Bool {
        let figures = report.total
        func sum(_ parts: [(Int, String)], _ whole: Int) -> String {
            parts.map { "\(GroupedNumber.string($0)) \($1)" }.joined(separator: " + ")
                + " = \(GroupedNumber.string(whole))"
        }
        try say(
            sum(
                [
                    (figures.carriedOver, "carried over"), (figures.received.total, "received"),
                    (figures.takenOver, "taken over"), (figures.reopened, "reopened"),
                ], figures.came))
        try say(
            sum(
                [
                    (figures.finished.total, "finished"), (figures.withdrawn, "withdrawn"),
                    (figures.notAccepted, "not accepted"), (figures.handedOver, "handed over"),
                    (figures.voided, "voided"), (figures.inProcess.total, "in process"),
                    (figures.suspended.total, "suspended"),
                ], figures.went))
        let offices = report.offices.map(\.figures)
        let isBalanced = (offices + [figures]).allSatisfy { $0.came == $0.went }
        if !isBalanced { try say("The figures do NOT add up.") }
        return isBalanced
    }

    private func tellDigests() throws -> Bool {
        try say("Digests: every replica, and what central has for its office")
        var table = TextTable([
            .init("desk"), .init("digest"), .init("records", alignsRight: true), .init("central"),
        ])
        var agreeing = 0
        try run.withCentral { central in
            for desk in run.desks {
                let replica = try CounterDatabase(path: desk.path)
                defer { replica.close() }
                let mine = try replica.digest(ofOffice: desk.desk.office)
                let theirs = try central.digest(ofOffice: desk.desk.office)
                let isEqual = mine.digest == theirs.digest
                agreeing += isEqual ? 1 : 0
                table.add([
                    desk.desk.name, String(mine.digest.description.prefix(16)),
                    GroupedNumber.string(Int(mine.recordCount)), isEqual ? "agrees" : "DIFFERS",
                ])
            }
        }
        for line in table.lines { try say("  " + line) }
        try say("  \(agreeing) of \(run.desks.count) agree")
        return agreeing == run.desks.count
    }

    private func tenths(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension DemoStory {
    private func tellMerges() throws -> Bool {
        let (apart, merges) = (run.halfYear.apart, run.merges)
        try say("Merged by itself, where two desks edited the same dossier while apart")
        try say("  \(merges.separate) dossiers: different fields; both desks' values stand")
        try say("  \(merges.statuses) dossiers: both moved the status; the later stage stands")
        try say("  \(merges.noted) dossiers: both added notes; all are kept")
        try say("")
        let conflicts = try run.withCentral { try tellConflicts($0) }
        try say("")
        return merges.separate == apart.separate.count && merges.statuses == apart.statuses.count
            && merges.noted == apart.noted.count && conflicts == Set(apart.conflicting)
    }

    /// - Returns: the codes of the dossiers in conflict.
    private func tellConflicts(_ central: CentralDatabase) throws -> Set<String> {
        var filter = RecordFilter()
        filter.isConflicted = true
        var codes: Set<String> = []
        try say("Conflicts that wait for a person (counter conflicts, counter resolve)")
        try central.forEachRecord(filter) { state in
            let record = ShownRecord(state: state)
            let code = record["code"]?.stringValue ?? record.id.description
            codes.insert(code)
            for conflict in record.conflicts {
                let values = conflict.values.map { value in
                    value.value.serialized() + (value.by.map { " (\($0))" } ?? "")
                }
                try say(
                    "  "
                        + TerminalSafe.text(
                            "\(code) \(conflict.name): \(values.joined(separator: " or "))"))
            }
            return true
        }
        return codes
    }
}
