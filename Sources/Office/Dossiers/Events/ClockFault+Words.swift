public import Causality
public import Text
internal import Time

extension ClockFault {
    /// What is wrong with the clock, with both times: a sentence without its end.
    public var words: Message {
        Message(
            "this machine's clock says \(minute(now, .english)), ",
            vi: "đồng hồ máy này chỉ \(minute(now, .vietnamese)), ") + comparison
    }

    /// How long, in the largest unit of which there are two or more.
    private var span: Message { .span(milliseconds: offMilliseconds.magnitude) }

    private var comparison: Message {
        let (english, vietnamese) = (minute(known, .english), minute(known, .vietnamese))
        return switch reason {
        case .beforeSync:
            Message(
                "\(span.english) behind: central's was at \(english) already",
                vi: "chậm \(span.vietnamese): đồng hồ trung tâm đã là \(vietnamese)")
        case .beforeChange:
            Message(
                "\(span.english) behind: the last change here is of \(english)",
                vi: "chậm \(span.vietnamese): thay đổi gần nhất ở đây là lúc \(vietnamese)")
        case .beforeProgram:
            Message(
                "\(span.english) behind: it cannot be before \(english)",
                vi: "chậm \(span.vietnamese): không thể trước \(vietnamese)")
        case .aheadOfCentral:
            Message(
                "\(span.english) ahead: by central's it is \(english)",
                vi: "nhanh \(span.vietnamese): theo trung tâm là \(vietnamese)")
        case .farAhead:
            Message(
                "\(span.english) ahead: the last sync or change was at \(english)",
                vi: "nhanh \(span.vietnamese): lần đồng bộ hoặc thay đổi gần nhất là \(vietnamese)")
        }
    }

    private func minute(_ time: Timestamp, _ language: Language) -> String {
        let text = OfficeTime.text(milliseconds: time.milliseconds)
        return language.day(String(text.prefix(10))) + " " + text.dropFirst(11).prefix(5)
    }
}
