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
        for query in ["nguyem", "%", "_", "An Van", "accepted"] {
            #expect(!SearchText(query).matches(state), "\(query)")
        }
    }

    @Test("both values of a conflict are found")
    func conflict() {
        var state = makeState(.dossier)
        state.take(replica: 1, writes: ["applicant_name": .text("Hoà")])
        state.take(replica: 2, writes: ["applicant_name": .text("Huệ")])
        #expect(SearchText("hoa").matches(state) && SearchText("hue").matches(state))
    }
}
