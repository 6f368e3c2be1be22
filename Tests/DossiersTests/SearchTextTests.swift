import Dossiers
import Foundation
import Replication
import Testing

@Suite("Searching")
struct SearchTextTests {
    @Test(
        "case, diacritics and normal forms do not matter",
        arguments: [
            ("nguyen", "Nguyễn Văn An"), ("NGUYEN van", "Nguyễn Văn An"), ("Nguyễn", "nguyen"),
            ("duc", "Trần Đức Minh"), ("Đức", "tran duc minh"), ("le thi hoa", "LÊ THỊ HOA"),
            ("hoà", "Hòa Bình"), ("0912", "0912 345 678"),
        ])
    func matches(_ query: String, _ text: String) {
        for form in [text, text.decomposedStringWithCanonicalMapping] {
            var state = makeState(.dossier)
            state.take(replica: 1, writes: ["applicant_name": .text(form)])
            #expect(SearchText(query).matches(state))
            let decomposed = query.decomposedStringWithCanonicalMapping
            #expect(SearchText(decomposed).matches(state))
        }
    }

    @Test("what is not there is not found, and a per cent sign is only itself")
    func misses() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["applicant_name": .text("Nguyễn Văn An")])
        for query in [
            "nguyem", "%", "_", "guyen", "An Hoa", "accepted", "\"van nguyen\"", "\"nguyen va\"",
        ] {
            #expect(!SearchText(query).matches(state), "\(query)")
        }
    }

    private static func dossier() -> RecordState {
        var state = makeState(.dossier)
        state.take(
            replica: 1,
            writes: [
                "code": .text("000.17.01.H56-210531-0001"),
                "applicant_name": .text("Nguyễn Thị Thuý Hoà"),
                "applicant_phone": .text("+84 912 345 678"),
                "applicant_id": .text("001085000001"),
                "applicant_address": .text("Số 12/5, thôn Một"),
                "notes": .text("đã gọi lúc trưa"),
            ])
        return state
    }

    @Test(
        "words in any order and across fields, digits however typed, prefixes of codes, quotes",
        arguments: [
            "hoa nguyen", "Thúy  HÒA", "nguyen thi na một".replacing("na ", with: ""), "hoà thôn",
            "nguyen 0912", "0912345678", "0912.345.678", "0912 345 678", "(0912) 345-678",
            "+84912345678", "84 912 345 678", "345678", "912 345", "001 085 000 001",
            "001.085.000.001", "000.17.01", "000.17.01.h56-21", "210531-0001", "h56 0001",
            "nguyen 210531", "“thuý hoà”", "\"Thị Thuý\" nguyen", "«thôn một»", "'thi thuy'",
            "12/5", "thôn 12 5", "nguy", "\u{A0}hoa\u{3000}nguyen ", "gọi trưa hoà", "hoa, nguyen;",
            "nguyen \"", "Nguyê\u{303}n",
        ])
    func finds(query: String) {
        #expect(SearchText(query).matches(Self.dossier()))
    }

    @Test(
        "each word has to be there, in its order where it is quoted, and from its beginning",
        arguments: [
            "hoa lan", "hoan", "uyen", "“hoà thuý”", "\"thuy ho\"", "0912345679", "84912345679",
            "000.17.02", "h56-0001", "12/6", "210531-0002", "goi hoa toi", "-", "\"",
        ])
    func doesNotFind(query: String) {
        #expect(!SearchText(query).matches(Self.dossier()))
    }

    @Test("nothing sought finds all", arguments: ["", " ", "\u{A0}\t"])
    func empty(query: String) {
        #expect(SearchText(query).matches(Self.dossier()) && SearchText(query).matches("x"))
    }

    @Test("both values of a conflict are found")
    func conflict() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["applicant_name": .text("Hoà")])
        state.take(replica: 2, writes: ["applicant_name": .text("Huệ")])
        #expect(SearchText("hoa").matches(state) && SearchText("hue").matches(state))
    }
}
