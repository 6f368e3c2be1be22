import Dossiers
import Reports
import Testing

@Suite("Which instants a period has")
struct PeriodBoundaryTests {
    /// March 2021 at the offices' time: from 17:00 UTC on the last of February.
    private let start = instant("2021-02-28T17:00:00Z")
    private let end = instant("2021-03-31T17:00:00Z")

    @Test("a day begins at midnight at +07:00, and the last day is in the period to its end")
    func received() throws {
        let store = try ReportStore()
        let instants = [start - 1, start, end - 1, end]
        try store.add(
            zip(["counter", "online", "post", nil], instants).map {
                Dossier(channel: $0, received: $1)
            },
            zip(["in_person", "incoming_call", "outgoing_call", nil], instants).map {
                Contact(way: $0, occurred: $1)
            })
        let figures = try store.report("2021-03-01", "2021-03-31").total
        #expect(figures.received.online == 1 && figures.received.post == 1)
        #expect(figures.received.total == 2)
        #expect(figures.carriedOver == 1)
        #expect(figures.inProcess.withinTime == 3)
        #expect(figures.guided.incomingCalls == 1 && figures.guided.outgoingCalls == 1)
        #expect(figures.guided.total == 2)
    }

    @Test("finishing, returning and falling due have the same borders")
    func laterInstants() throws {
        let store = try ReportStore()
        let received = instant("2021-01-04T08:00:00+07:00")
        let instants = [start - 1, start, end - 1, end]
        try store.add(
            instants.flatMap { instant in
                [
                    Dossier(status: .finished, received: received, finished: instant),
                    Dossier(
                        status: .returned, received: received, finished: received,
                        returned: instant, method: "post"),
                    Dossier(received: received, due: instant),
                ]
            })
        let figures = try store.report("2021-03-01", "2021-03-31").total
        #expect(figures.finished.withoutDue == 2)
        #expect(figures.returned.post == 2)
        #expect(figures.inProcess.overdue == 3)
        // One that was finished after the period, and one that was due after it.
        #expect(figures.inProcess.withinTime == 2)
        // Finished in it or later, and all that are open.
        #expect(figures.carriedOver == 3 + 4)
        #expect(figures.received.total == 0)
    }

    @Test("one day is a period; the days before and after have theirs")
    func oneDay() throws {
        let store = try ReportStore()
        try store.add([], [Contact(occurred: start), Contact(occurred: start + 86_399_999)])
        let counts = try ["2021-02-28", "2021-03-01", "2021-03-02"].map {
            try store.report($0, $0).total.guided.total
        }
        #expect(counts == [0, 2, 0])
    }

    @Test("a month begins at midnight at +07:00, and the months are those that the period touches")
    func months() throws {
        let store = try ReportStore()
        try store.add(
            [
                Dossier(status: .finished, received: end - 1, due: end - 1, finished: end),
                Dossier(channel: "online", received: end),
            ], [Contact(occurred: start), Contact(occurred: end - 1), Contact(occurred: end)])
        let report = try store.report("2020-12-16", "2021-06-15")
        #expect(
            report.months.map(\.month.description)
                == ["2020-12", "2021-01", "2021-02", "2021-03", "2021-04", "2021-05", "2021-06"])
        #expect(report.months.map(\.guided) == [0, 0, 0, 2, 1, 0, 0])
        #expect(report.months.map(\.received) == [0, 0, 0, 1, 1, 0, 0])
        #expect(report.months.map(\.online) == [0, 0, 0, 0, 1, 0, 0])
        #expect(report.months.map(\.finished) == [0, 0, 0, 0, 1, 0, 0])
        #expect(report.months.map(\.late) == [0, 0, 0, 0, 1, 0, 0])
    }

    @Test("years at the ends of the calendar have months and borders too")
    func extremes() throws {
        let store = try ReportStore()
        let last = try store.report("9999-12-31", "9999-12-31")
        #expect(last.months.map(\.month.description) == ["9999-12"])
        #expect(try store.report("0001-01-01", "0002-12-31").months.count == 24)
    }

    @Test("early is a day before, on time is by the minute, late is after")
    func punctuality() throws {
        let received = instant("2021-03-02T08:00:00+07:00")
        let due = instant("2021-03-15T16:30:00+07:00")
        let cases: [(String, WritableKeyPath<Outcome, Int>)] = [
            ("2021-03-14T23:59:59.999+07:00", \.early),
            ("2021-03-15T00:00:00+07:00", \.onTime),
            ("2021-03-15T16:30:00+07:00", \.onTime),
            ("2021-03-15T16:30:00.001+07:00", \.late),
            ("2021-03-16T00:00:00+07:00", \.late),
        ]
        for (finish, expected) in cases {
            let store = try ReportStore()
            try store.add([
                Dossier(
                    status: .finished, received: received, due: due, finished: instant(finish))
            ])
            let finished = try store.report("2021-03-01", "2021-03-31").total.finished
            var outcome = Outcome()
            outcome[keyPath: expected] = 1
            #expect(
                Outcome(early: finished.early, onTime: finished.onTime, late: finished.late)
                    == outcome, "\(finish)")
            #expect(finished.total == 1)
        }
    }

    private struct Outcome: Equatable {
        var early = 0
        var onTime = 0
        var late = 0
    }

    @Test("a suspension that ended after the period counts as in process")
    func suspendedAndFinishedLater() throws {
        let store = try ReportStore()
        let received = instant("2021-03-02T08:00:00+07:00")
        try store.add([
            Dossier(status: .stopped, received: received),
            Dossier(status: .stopped, received: received, finished: end),
            Dossier(status: .paymentRequired, received: received, due: received),
        ])
        let figures = try store.report("2021-03-01", "2021-03-31").total
        #expect(figures.suspended.stopped == 1)
        #expect(figures.suspended.paymentRequired == 1)
        #expect(figures.inProcess.withinTime == 1 && figures.inProcess.total == 1)
    }

    @Test("a result that was handed out was finished by then")
    func returnedWithoutFinish() throws {
        let store = try ReportStore()
        let received = instant("2021-03-02T08:00:00+07:00")
        try store.add([
            Dossier(status: .returned, received: received, due: end - 1, returned: received + 1),
            Dossier(status: .returned, received: received),
            Dossier(status: .finished, received: start - 1),
            Dossier(status: .processing, received: received, returned: received),
        ])
        let figures = try store.report("2021-03-01", "2021-03-31").total
        #expect(figures.finished.early == 1)
        #expect(figures.finished.undated == 1)
        #expect(figures.finished.total == 2)
        #expect(figures.inProcess.total == 1)
        #expect(figures.returned.unstated == 2)
        #expect(figures.carriedOver == 0)
    }
}
