import Foundation
import Imports
import JSON
import Replication
import Testing
import Text

@Suite("Tables as offices have them")
struct TableTests {
    private func file(_ bytes: [UInt8]) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// What becomes of each row: its code with its values, or the fault.
    private func rows(
        _ bytes: [UInt8], reading: ImportReading = ImportReading()
    ) throws -> [String] {
        let path = try file(bytes)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let suggestion = MappingSuggestion(
            of: try ImportRows.headings(path: path, reading: reading))
        var rows = try ImportRows(
            path: path, mapping: try ImportMapping(suggestion.mapping), reading: reading)
        var found: [String] = []
        while let row = try rows.next() {
            switch row {
            case .success(let row):
                let values = row.writes.map { $0.value.text ?? "\($0.value.integer ?? 0)" }
                found.append("\(row.line): " + values.joined(separator: "|"))
            case .failure(let fault): found.append("\(fault.line)! \(fault.message.english)")
            }
        }
        return found
    }

    private static func utf16(_ text: String, isBig: Bool = false) -> [UInt8] {
        text.utf16.reduce(into: []) { bytes, unit in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            bytes += isBig ? [high, low] : [low, high]
        }
    }

    private func rows(
        _ text: String, reading: ImportReading = ImportReading()
    ) throws -> [String] {
        try rows(Array(text.utf8), reading: reading)
    }

    @Test("the heading is found below titles; blank rows are passed over, wherever they stand")
    func titles() throws {
        let text = """
            DANH SÁCH HỒ SƠ,,
            Từ 01/01/2026 đến 31/01/2026,,
            ,,

            Số hồ sơ,Họ và tên,Lệ phí
            ,,
            T-1,Trần Mẫu,5000

             , ,\u{20}
            T-2,Lê Mẫu,-
            """
        #expect(try rows(text) == ["7: T-1|Trần Mẫu|5000", "10: T-2|Lê Mẫu|0"])
        #expect(
            try rows(text, reading: ImportReading(headingLine: 5))
                == ["7: T-1|Trần Mẫu|5000", "10: T-2|Lê Mẫu|0"])
    }

    @Test(
        "Excel's line of the delimiter, hard blanks, headings of two lines in a cell or in two rows"
    )
    func headings() throws {
        let marked = "sep=;\r\nSố hồ sơ;Họ và tên\r\nT-1;A, B\r\n"
        #expect(try rows(marked) == ["3: T-1|A, B"])
        #expect(try rows("Số\u{A0}hồ sơ\tHọ và tên\u{A0}\nT-1\tA\u{A0}\u{A0}B\n") == ["2: T-1|A B"])
        #expect(try rows("\"Số\nhồ sơ\",\"Họ và\r\ntên\"\nT-1,A\n") == ["4: T-1|A"])
        let two = """
            SỔ THEO DÕI,,,
            Số hồ sơ,Họ và tên,Ngày,
            ,,tiếp nhận,hẹn trả
            T-1,A,01/01/1970 7:00,02/01/1970 7:00
            """
        #expect(try rows(two) == ["4: T-1|A|0|86400000"])
    }

    @Test("UTF-16 as Excel writes it, with its mark or without, in any pieces")
    func utf16() throws {
        let text = "Số hồ sơ\tHọ và tên\r\nT-1\tNguyễn 𝄞 Mẫu\r\n"
        let (little, big) = (Self.utf16(text), Self.utf16(text, isBig: true))
        for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
            #expect(try rows(bytes) == ["2: T-1|Nguyễn 𝄞 Mẫu"])
        }
        let long = text + String(repeating: "T-2\tễ\r\n", count: 40_000)
        let bytes = [0xFF, 0xFE] + Self.utf16(long)
        #expect(try rows(bytes).count == 40_001)
    }

    @Test("text of old fonts is refused with its column, converted or kept as the person says")
    func fonts() throws {
        let text =
            "Số hồ sơ,Họ và tên\nV-1,NguyÔn ThÞ MÉu\nV-2,Nguyeãn Thò Maãu\nV-3,Nguyễn Thị Mẫu\n"
        let refused = try rows(text)
        #expect(refused.count == 3 && refused[2] == "4: V-3|Nguyễn Thị Mẫu")
        #expect(refused[0].hasPrefix("2! “Họ và tên” looks like text of the old font TCVN3"))
        #expect(refused[1].contains("VNI"))
        #expect(
            try rows(text, reading: ImportReading(convertsLegacyFonts: true))
                == (1...3).map { "\($0 + 1): V-\($0)|Nguyễn Thị Mẫu" })
        #expect(
            try rows(text, reading: ImportReading(convertsLegacyFonts: false))[0]
                == "2: V-1|NguyÔn ThÞ MÉu")
    }

    @Test("JSON of portals: an array, an array within, one object a line, members left out")
    func portals() throws {
        let wanted = ["1: J-1|A", "2: J-2|0"]
        let objects =
            #"{"maHoSo":"J-1","tenNguoiNop":"A","con":{"a":[1]}},{"lePhi":0.0,"maHoSo":"J-2"}"#
        #expect(try rows("[\(objects)]").map { $0.replacing("0|J-2", with: "J-2|0") } == wanted)
        for text in [
            "{\"data\":[\(objects)]}",
            "{\n \"error_code\": \"00\",\n \"data\": [\n\(objects)\n]\n}\n",
            "{\"result\":{\"total\":2,\"items\":[\(objects)]}}", "\u{FEFF}[\(objects)]",
        ] {
            #expect(
                try rows(text).map { $0.replacing("0|J-2", with: "J-2|0") } == wanted, "\(text)")
        }
        #expect(
            try rows("{\"Mã hồ sơ\":\"J-1\"}\n\n{\"Mã hồ sơ\":\"J-2\",\"Họ tên\":\"A\"}\n")
                == ["1: J-1", "3: J-2|A"])
        for text in ["{\"a\":1", "[1,2]", "{\n\"a\":\n1}"] {
            #expect(throws: ImportError.self, "\(text)") { try rows(text) }
        }
    }

    @Test("a fault names the column as the table has it, and a row has all of its faults")
    func faults() throws {
        let text = """
            Số hồ sơ,Ngày tiếp nhận,Số CCCD,Lệ phí (đồng)
            F-1,31/02/2026,123,năm nghìn
            ,01/01/2026,,
            """
        let found = try rows(text)
        #expect(found.count == 2)
        for part in [
            "“Ngày tiếp nhận” cannot be read", "“Số CCCD” has the wrong", "“Lệ phí (đồng)” cannot",
        ] {
            #expect(found[0].contains(part), "\(found[0])")
        }
        #expect(!found[0].contains("received_at") && !found[0].contains("nghìn"))
        #expect(found[1] == "3! “Số hồ sơ” is empty")
    }
}
