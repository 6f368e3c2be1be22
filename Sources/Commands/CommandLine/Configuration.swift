// Options of a command in a file, for services: `name = value`, one a line, by the options' own names without
// their dashes. A flag stands alone, or with `yes` or `no`. What the command line says stands above the file.

internal import Text

/// A file of options.
struct Configuration {
    /// The option that names it; a command takes a file where it declares this one.
    static let option = Option(
        "--config", valueName: "FILE",
        help: Message(
            "take further options from this file: one a line, name = value, without dashes",
            vi: "lấy thêm tùy chọn từ tệp này: mỗi dòng một tùy chọn, tên = giá trị, không có gạch")
    )

    private static let flagWords = ["yes": true, "no": false, "": true]

    /// Values by option name, as the parser gives them.
    let options: [String: [String]]

    /// Reads a file's text.
    ///
    /// - Parameter known: the options that may stand there.
    /// - Throws: `CommandFailure` with `configuration`, which names the line.
    init(_ text: String, path: String, known: [Option]) throws(CommandFailure) {
        var found: [String: [String]] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = Self.trimmed(line)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let parts = line.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = "--" + Self.trimmed(parts[0])
            let value = parts.count == 2 ? Self.trimmed(parts[1]) : ""
            let place = "\(path):\(number + 1)"
            guard let option = known.first(where: { $0.name == name }), option != Self.option
            else {
                throw Self.fault(
                    place,
                    Message(
                        "there is no option \(name.dropFirst(2))",
                        vi: "không có tùy chọn \(name.dropFirst(2))"),
                    hint: Suggestion.nearest(to: name, among: known.map(\.name)).map {
                        let word = $0.dropFirst(2)
                        return Message("did you mean \(word)?", vi: "có phải ý bạn là \(word)?")
                    })
            }
            guard option.repeats || found[name] == nil else {
                throw Self.fault(
                    place,
                    Message(
                        "\(name.dropFirst(2)) is given more than once",
                        vi: "\(name.dropFirst(2)) được ghi nhiều lần"))
            }
            if option.valueName == nil {
                guard let isOn = Self.flagWords[value] else {
                    throw Self.fault(
                        place,
                        Message(
                            "\(name.dropFirst(2)) takes yes or no",
                            vi: "\(name.dropFirst(2)) nhận yes hoặc no"))
                }
                if isOn { found[name] = [""] }
            } else {
                guard !value.isEmpty else {
                    throw Self.fault(
                        place,
                        Message(
                            "\(name.dropFirst(2)) needs a value",
                            vi: "\(name.dropFirst(2)) cần một giá trị"))
                }
                found[name, default: []].append(value)
            }
        }
        options = found
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }

    private static func fault(
        _ place: String, _ message: Message, hint: Message? = nil
    ) -> CommandFailure {
        CommandFailure(.configuration, Message(verbatim: place + ": ") + message, hint: hint)
    }
}

extension Option {
    /// The option by which a command takes further ones from a file.
    public static let configuration = Configuration.option
}
