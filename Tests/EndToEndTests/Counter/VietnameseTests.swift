// Both programs in Vietnamese, by option and by the environment.

import Foundation
import JSON
import Testing

@Suite("Vietnamese, with the built programs", .ownThreads)
struct VietnameseTests {
    /// The words of the section of commands in a help text.
    private func commands(_ help: String) -> [String] {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "các lệnh:") else { return [] }
        return lines[(start + 1)...].prefix { $0.hasPrefix("  ") }
            .filter { !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    @Test("every command's help is in Vietnamese", arguments: ["counter", "central"])
    func help(program: String) throws {
        let directory = try TemporaryDirectory()
        func help(_ path: [String]) throws -> String {
            try Program.run(
                program, ["help"] + path, in: directory, environment: ["LANG": "vi_VN.UTF-8"]
            ).output
        }
        let all = commands(try help([]))
        #expect(all.count > 15, "\(all)")
        for name in all {
            let text = try help([name])
            for path in [[name]] + commands(text).map({ [name, $0] }) {
                let lines = try help(path).split(separator: "\n")
                // Vietnamese shows by its letters; one without any would be a lucky English one.
                #expect(
                    lines.first?.contains { !$0.isASCII } == true, "\(path): \(lines.first ?? "")")
                for line in lines where line.hasPrefix("      --") || line.hasPrefix("  -h") {
                    let words = line.split(separator: " ").dropFirst().joined(separator: " ")
                    let isName = words.allSatisfy { !$0.isLowercase }
                    #expect(
                        isName || words.contains { !$0.isASCII } || words.contains(","),
                        "\(path): \(line)")
                }
            }
        }
    }

    @Test("a day's messages come in the language that was asked for; JSON does not change")
    func messages() throws {
        let office = try Office()
        let desk = try office.desk("a")
        let made = try desk("new", "applicant_name=Lê Thị Hoa", "--lang", "vi")
        #expect(made.output.hasPrefix("mã    "), "\(made.output)")
        let status = try desk("status", "--lang", "vi").output
        #expect(status.hasPrefix("Chưa đồng bộ: 1 thay đổi của máy này"), "\(status)")
        #expect(try desk("sync", "--lang", "vi").output.hasPrefix("Đã đồng bộ: trung tâm nhận 1"))
        #expect(try desk("sync", "--lang", "vi").output.contains("không có gì để trao đổi"))
        #expect(
            try desk("status", "--lang=vi").output.hasPrefix("Đã đồng bộ: trung tâm có mọi thứ"))
        let wrong = try desk("set", "X-1", "status=finished", "--lang", "vi")
        #expect(
            wrong.code == 65 && wrong.errors.contains("không có bản ghi nào mang id hay mã này"))
        #expect(wrong.errors.contains("gợi ý: tìm bằng: counter list --search"))
        let usage = try desk("lst", "--lang", "vi")
        #expect(usage.code == 64 && usage.errors.contains("không có lệnh “lst”"))
        let json = try desk("status", "--json", "--lang", "vi").json
        #expect(try json["synced"] == true && json.names == desk("status", "--json").json.names)
        let central = try office.central("status", "--lang", "vi").output
        #expect(central.contains("1 hồ sơ") && central.contains("thiết bị đang dùng"), "\(central)")
        #expect(try office.central("devices", "--lang", "vi").output.contains("THIẾT BỊ"))
        try office.stop()
        let away = try desk("sync", "--tries", "1", "--lang", "vi")
        #expect(away.code == 69 && away.errors.contains("không kết nối được với trung tâm"))
    }
}
