import Dossiers
import JSON
import SQLiteStore
import Replication
import Reports
import Testing

@Suite("A report as text, JSON and CSV")
struct ReportFormatTests {
    /// Four dossiers, three contacts, two months.
    private static func store() throws -> ReportStore {
        let store = try ReportStore(
            offices: [("A", "Quận Ba"), ("B", "=Cần \"Giờ\", huyện")])
        let march = instant("2021-03-30T08:00:00+07:00")
        let april = instant("2021-04-01T08:00:00+07:00")
        try store.add(
            [
                Dossier(
                    status: .returned, channel: "online", received: march, due: april,
                    finished: march + 1, returned: april, method: "post"),
                Dossier(
                    status: .finished, channel: "online", received: march, due: march,
                    finished: april),
                Dossier(office: "B", channel: "counter", received: april, due: april),
                Dossier(office: "B", status: .stopped, received: march - 86_400_000),
                Dossier(status: .new),
            ],
            [
                Contact(way: "in_person", occurred: march),
                Contact(way: "outgoing_call", occurred: april),
                Contact(office: "B", occurred: april),
            ])
        return store
    }

    private static func report(office: String? = nil) throws -> PeriodReport {
        try store().report("2021-03-30", "2021-04-02", office: office)
    }

    @Test("the text, 80 cells wide")
    func text() throws {
        let text = try Self.report().text(ReportStyle(width: 80))
        #expect(
            text == """
                Report 30 March 2021 to 2 April 2021
                2 offices

                Citizens guided                     3
                  in person                         1   33.3 %  ████████
                  outgoing calls                    1   33.3 %  ████████
                  incoming calls                    0    0.0 %
                  unstated                          1   33.3 %  ████████

                Dossiers received                   3
                  online                            2   66.7 %  ████████████████
                  at the counter                    1   33.3 %  ████████
                  by post                           0    0.0 %

                Carried over from before            1

                Finished                            2
                  early                             1   50.0 %  ████████████
                  on time                           0    0.0 %
                  late                              1   50.0 %  ████████████

                In process                          1
                  within time                       0    0.0 %
                  overdue                           1  100.0 %  ████████████████████████

                Suspended                           1
                  waiting for papers                0    0.0 %
                  waiting for a payment             0    0.0 %
                  stopped                           1  100.0 %  ████████████████████████

                Withdrawn or not accepted           0
                  withdrawn                         0        –
                  not accepted                      0        –

                Results returned                    1
                  at the counter                    0    0.0 %
                  by post                           1  100.0 %  ████████████████████████

                Without a time, so in no period: 1 dossier, 0 contacts.

                By office          guided  received  online  finished  late  open  overdue
                Quận Ba                 2         2       2         2     1     0        0
                =Cần "Giờ", huyện       1         1       0         0     0     2        1

                By month  guided  finished  late  online  received
                2021-03        1         1     0       2         2  ████████████████████████
                2021-04        2         1     1       0         1  ████████████

                """)
    }

    @Test("the JSON")
    func json() throws {
        let json = try Self.report(office: "A").json().serialized()
        let figures = """
            {"guided":{"total":2,"inPerson":1,"outgoingCalls":1,"incomingCalls":0,"unstated":0},\
            "received":{"total":2,"counter":0,"online":2,"post":0,"unstated":0,"onlineShare":1.0},\
            "carriedOver":0,"takenOver":0,"reopened":0,\
            "finished":{"total":2,"early":1,"onTime":0,"late":1,"withoutDue":0,"undated":0},\
            "inProcess":{"total":0,"withinTime":0,"overdue":0},\
            "suspended":{"total":0,"supplementRequired":0,"paymentRequired":0,"stopped":0},\
            "withdrawn":0,"notAccepted":0,"handedOver":0,"voided":0,\
            "returned":{"total":1,"counter":0,"post":1,"unstated":0},\
            "conflicts":{"total":0,"dossiers":0,"contacts":0},\
            "undated":{"dossiers":1,"contacts":0}}
            """
        // Records without a time are counted by office only.
        let ofProcedures = figures.replacing(
            #""undated":{"dossiers":1"#, with: #""undated":{"dossiers":0"#)
        #expect(
            json == """
                {"from":"2021-03-30","to":"2021-04-02","office":"A","total":\(figures),\
                "offices":[{"code":"A","name":"Quận Ba","figures":\(figures)}],"months":[\
                {"month":"2021-03","guided":1,"received":2,"online":2,"finished":1,"late":0},\
                {"month":"2021-04","guided":1,"received":0,"online":0,"finished":1,"late":1}],\
                "procedures":[{"code":null,"name":null,"figures":\(ofProcedures)}]}
                """)
        let all = try Self.report().json()
        #expect(all["office"] == .null)
        #expect(all["offices"]?[1]?["name"] == "=Cần \"Giờ\", huyện")
    }

    @Test("the CSV: its heading, its end of line, and quotes where a cell needs them")
    func csv() throws {
        let csv = try Self.report().csv()
        #expect(csv.hasSuffix("\r\n"))
        let lines = csv.split(separator: "\r\n")
        #expect(lines.count == 1 + 39 + 2 * 39 + 2 * 5 + 39)
        #expect(lines[0] == "scope,key,name,figure,value")
        #expect(lines[1] == "total,,,guided.total,3")
        #expect(lines[11] == "total,,,carriedOver,1")
        #expect(lines[40] == "office,A,Quận Ba,guided.total,2")
        #expect(lines[79] == #"office,B,"'=Cần ""Giờ"", huyện",guided.total,1"#)
        #expect(
            lines.dropLast(39).suffix(10) == [
                "month,2021-03,,guided.total,1", "month,2021-03,,received.total,2",
                "month,2021-03,,received.online,2", "month,2021-03,,finished.total,1",
                "month,2021-03,,finished.late,0", "month,2021-04,,guided.total,2",
                "month,2021-04,,received.total,1", "month,2021-04,,received.online,0",
                "month,2021-04,,finished.total,1", "month,2021-04,,finished.late,1",
            ])
    }

    @Test("a quotation mark is doubled in CSV, whatever stands on it")
    func quotes() throws {
        let store = try ReportStore(offices: [("A", "x\"\u{301},y")])
        let csv = try store.report("2021-03-30", "2021-04-02").csv()
        // Scalar by scalar: the mark and what stands on it are one character.
        let expected = "office,A,\"x\"\"\u{301},y\",guided.total,0\r\n"
        #expect(
            csv.utf8.split(separator: 10).map(Array.init)
                .contains(Array(expected.utf8.dropLast())))
    }

    @Test("CSV and JSON name the same figures with the same values")
    func csvAgrees() throws {
        let report = try Self.report()
        var table: [String: Int64] = [:]
        for line in report.csv().split(separator: "\r\n") where line.hasPrefix("total,") {
            let cells = line.split(separator: ",")
            table[String(cells[1])] = Int64(cells[2])
        }
        #expect(table == figures(report.json()["total"]))
    }

    @Test("the same records give the same report, byte for byte")
    func repeatable() throws {
        let store = try Self.store()
        let reports = try (0..<3).map { _ in try store.report("2021-03-30", "2021-04-02") }
        #expect(Set(reports).count == 1)
        #expect(
            Set(
                reports.map { $0.text(ReportStyle(width: 100)) + $0.csv() + $0.json().serialized() }
            ).count == 1)
    }

    @Test("no line is wider than asked for, and a width that nobody has is taken as the nearest")
    func widths() throws {
        let name = "Ủy ban nhân dân\n\tquận" + String(repeating: " dài", count: 40)
        let store = try ReportStore(offices: [("A", name), ("B", "B")])
        let received = instant("2021-03-02T08:00:00+07:00")
        let dossiers = (0..<1001).map { _ in Dossier(received: received) }
        try store.add(
            dossiers + [Dossier(status: .new)],
            (0..<12).map { _ in Contact(occurred: received) } + [Contact()])
        for office in [nil, "A"] {
            let report = try store.report("2021-02-01", "2021-12-31", office: office)
            for width in [72, 73, 80, 100, 159, 160] {
                let text = report.text(ReportStyle(width: width))
                let widest = text.split(separator: "\n").map(\.count).max() ?? 0
                #expect(widest <= width, "\(widest) cells of \(width)")
                #expect(!text.contains("\t"))
            }
            #expect(report.text(ReportStyle(width: -1)) == report.text(ReportStyle(width: 72)))
            #expect(report.text(ReportStyle(width: .max)) == report.text(ReportStyle(width: 160)))
            #expect(report.text(ReportStyle(width: 72)) != report.text(ReportStyle(width: 160)))
        }
    }

    @Test("a report of one office names it, and has no table of offices")
    func headings() throws {
        let all = try Self.report().text(ReportStyle(width: 80))
        #expect(all.hasPrefix("Report 30 March 2021 to 2 April 2021\n2 offices\n"))
        #expect(all.contains("\nBy office  "))
        let one = try Self.report(office: "A").text(ReportStyle(width: 80))
        #expect(one.hasPrefix("Report 30 March 2021 to 2 April 2021\nQuận Ba (A)\n"))
        #expect(!one.contains("By office"))
        let single = try ReportStore(offices: [("A", "Quận Ba")]).report("2021-03-30", "2021-03-30")
        #expect(single.text(ReportStyle(width: 80)).contains("\none office\n"))
    }

    @Test("large numbers are grouped, and shares are of the whole")
    func numbers() throws {
        let store = try ReportStore()
        let received = instant("2021-03-02T08:00:00+07:00")
        try store.add(
            (0..<1200).map { Dossier(channel: $0 < 799 ? "online" : nil, received: received) })
        let report = try store.report("2021-03-01", "2021-03-31")
        let text = report.text(ReportStyle(width: 80))
        #expect(text.contains("\nDossiers received               1,200\n"))
        #expect(text.contains("\n  online                          799   66.6 %  ███"))
        #expect(report.json()["total"]?["received"]?["onlineShare"] == .real(0.666))
    }

    @Test("no personal data comes into any form")
    func personalData() throws {
        let store = try ReportStore()
        let received = instant("2021-03-02T08:00:00+07:00")
        let texts: [FieldName] = ["applicant_name", "applicant_address", "officer", "x.ghi_chu"]
        let dossier = Dossier(
            status: .finished, channel: "online", received: received, finished: received,
            others: texts.map { FieldWrite($0, .text("Secret \($0)")) } + [
                FieldWrite("applicant_id", .text("S079185001234")),
                FieldWrite("applicant_phone", .text("0908 555 123")),
                FieldWrite("code", .text("S-CODE-1")),
            ])
        let contact = Contact(
            occurred: received,
            others: [
                FieldWrite("caller_name", .text("Secret caller")),
                FieldWrite("caller_phone", .text("0908 555 123")),
                FieldWrite("topic", .text("Secret topic")),
            ])
        try store.add([dossier], [contact])
        try store.write { edit in
            _ = try edit.edit(
                .code("S-CODE-1"), writes: [],
                additions: [FieldWrite("notes", .text("Secret note"))])
        }
        for office in [nil, "A"] {
            let report = try store.report("2021-03-01", "2021-03-31", office: office)
            #expect(report.total.finished.total == 1 && report.total.guided.total == 1)
            for text in [
                report.text(ReportStyle(width: 160)), report.csv(), report.json().serialized(),
            ] {
                for secret in ["Secret", "S079185001234", "0908", "555", "S-CODE-1"] {
                    #expect(!text.contains(secret))
                }
            }
        }
    }
}
