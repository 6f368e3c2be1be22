import Editing
import Testing
import Text

@Suite("Why central refuses")
struct RefusalReasonTests {
    @Test("each reason is known again by its English text, and has another in Vietnamese")
    func texts() {
        for reason in RefusalReason.allCases {
            let message = reason.message
            #expect(RefusalReason(text: message.english) == reason)
            #expect(message.vietnamese != message.english)
            #expect(message.vietnamese.contains { !$0.isASCII })
        }
        #expect(RefusalReason(text: "a reason of a newer central") == nil)
        #expect(RefusalReason(text: "") == nil)
    }
}
