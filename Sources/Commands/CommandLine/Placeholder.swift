internal import Text

/// The words in capitals that stand in help for what a person writes there.
enum Placeholder {
    /// The word in each language; one that is not known here, or is an example, is the same in both.
    static func title(of word: String) -> Message {
        if let known = titles[word] { return Message(word, vi: known) }
        let parts = word.split(whereSeparator: { "=:".contains($0) }).map(String.init)
        guard parts.count > 1, parts.allSatisfy({ titles[$0] != nil }) else {
            return Message(verbatim: word)
        }
        var vietnamese = word
        for part in parts {
            vietnamese = vietnamese.replacing(part, with: titles[part] ?? part, maxReplacements: 1)
        }
        return Message(word, vi: vietnamese)
    }

    private static let titles = [
        "FILE": "TỆP", "FILE2": "TỆP2", "NAME": "TÊN", "TEXT": "CHỮ", "CODE": "MÃ", "KIND": "LOẠI",
        "DATE": "NGÀY", "DAY": "NGÀY", "SECONDS": "GIÂY", "BYTES": "BYTE", "TIME": "LÚC",
        "NUMBER": "SỐ", "DEVICE": "THIẾT-BỊ", "WAY": "HÌNH-THỨC", "STATUS": "TRẠNG-THÁI",
        "SPAN": "KHOẢNG", "ROLE": "VAI-TRÒ", "POSITION": "VỊ-TRÍ", "PIN": "MÃ-GHIM",
        "PERIOD": "KỲ", "HOST": "MÁY", "FORMAT": "DẠNG", "DIR": "THƯ-MỤC", "CHARACTER": "KÝ-TỰ",
        "CHANNEL": "KÊNH", "ADDRESS": "ĐỊA-CHỈ", "PORT": "CỔNG", "OFFICE": "CƠ-QUAN",
        "RECORD": "HỒ-SƠ", "STATE": "TÌNH-TRẠNG", "VALUE": "GIÁ-TRỊ", "FIELD": "TRƯỜNG",
        "REPLICA": "MÁY", "SEQ": "SỐ", "COMMAND": "LỆNH", "MARK": "DẤU", "[options]": "[tùy-chọn]",
    ]
}
