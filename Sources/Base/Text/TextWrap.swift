/// Text over several lines, parted between its words.
public enum TextWrap {
    /// Lines of at most `width` cells; a word that is wider has a line of its own, whole.
    public static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(separator: " ") {
            let cells = DisplayWidth.of(word)
            if used > 0, used + 1 + cells > width {
                lines.append(line)
                (line, used) = ("", 0)
            }
            line += (used > 0 ? " " : "") + word
            used += cells + (used > 0 ? 1 : 0)
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    /// The cells of the widest word.
    public static func widestWord(of text: String) -> Int {
        text.split(separator: " ").map { DisplayWidth.of($0) }.max() ?? 0
    }
}
