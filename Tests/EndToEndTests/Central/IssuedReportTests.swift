// Reports as they were sent, with the built programs.

import Foundation
import JSON
import SQLite
import Testing

@Suite("Issued reports", .ownThreads)
struct IssuedReportTests {
    private static let catalog = #"{"new":"procedure","fields":{"code":"P","name":"Mẫu"}}"#

    private func take(_ ending: Program.Ending) throws {
        try #require(ending.code == 0, "\(ending.output) \(ending.errors)")
    }

    private func receive(_ desk: Desk, _ name: String, at day: String) throws -> String {
        let made = try desk(
            "receive", "procedure=P", "applicant_name=\(name)", "--at", day + "T09:00:00+07:00",
            "--json")
        return try #require(made.json["code"]?.stringValue, "\(made.errors)")
    }

    @Test(
        "what was sent is kept, and the next one says what is corrected, by cause, so that both add up"
    )
    func corrected() throws {
        let office = try Office()
        try take(office.central("import", "-", input: Self.catalog))
        let (desk, late) = (try office.desk("a"), try office.desk("b"))
        for desk in [desk, late] { try desk.sync() }
        let ended = try receive(desk, "Xong Muộn", at: "2026-05-04")
        let moved = try receive(desk, "Sai Ngày", at: "2026-05-05")
        _ = try receive(desk, "Còn Mở", at: "2026-05-06")
        _ = try receive(late, "Về Muộn", at: "2026-05-07")
        try desk.sync()
        let may = try office.central("report", "--period", "2026-05", "--issue", "--json")
        try take(may)
        #expect(may.errors.contains("issued as report 1"))
        #expect(try may.json["corrected"] == nil)
        #expect(try may.json["total"]?["inProcess"]?["total"] == 3)
        try late.sync()
        // Finished in May, and nobody had said so; received in June, and not in May.
        try take(desk("advance", ended, "finished", "--at", "2026-05-20T09:00:00+07:00"))
        try take(desk("set", moved, "received_at=2026-06-05T09:00:00+07:00"))
        try desk.sync()
        let june = try office.central("report", "--period", "2026-06", "--issue", "--json")
        try take(june)
        let corrected = try june.json["corrected"]
        #expect(corrected?["since"] == 1 && corrected?["asIssued"] == 3)
        // One more arrived late, one had ended: together none; one came later than was said.
        #expect(corrected?["arrivedLate"] == 0 && corrected?["corrected"] == -1, "\(june.output)")
        #expect(corrected?["total"] == -1)
        #expect(try june.json["total"]?["carriedOver"] == 2)
        #expect(try june.json["total"]?["received"]?["total"] == 1)
        let text = try office.central("report", "--period", "2026-06", "--issue", "--lang", "vi")
        #expect(text.output.contains("Tồn kỳ trước đã báo cáo"))
        #expect(text.output.contains("Điều chỉnh sau báo cáo"))
        // Another scope has no report before it; without --issue nothing is kept.
        let other = try office.central(
            "report", "--period", "2026-06", "--office", Office.code, "--json")
        #expect(try other.json["corrected"] == nil)
        #expect(try office.central("reports", "--json").jsonLines.count == 3)
        #expect(try office.central("reports", "1").output == may.output)
        let list = try office.central("reports").output
        #expect(list.contains("2026-05-01 – 2026-05-31") && list.contains("right"))
        #expect(try office.central("reports", "9").code == 65)
        #expect(
            try office.central("report", "--period", "2026-05", "--issue", "--cut", "x").code == 64)
        let trail = try office.central("audit").output
        #expect(trail.contains("issue-report"))
        let connection = try Connection(path: office.home + "/central.db", access: .readWrite)
        try connection.execute(
            "UPDATE issued_reports SET bytes = CAST('x' AS BLOB) WHERE number = 1")
        connection.close()
        #expect(try office.central("reports", "1").code == 65)
        #expect(try office.central("reports", "--lang", "vi").output.contains("SAI"))
        let found = try office.central("verify")
        #expect(found.code == 65 && found.output.contains("report 1"), "\(found.output)")
    }
}
