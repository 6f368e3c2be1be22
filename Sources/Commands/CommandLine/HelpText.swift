internal import Text

/// Writes help texts; no line that is ours is longer than 80 characters if the words allow it.
struct HelpText {
    private static let columnsMax = 80
    private static let indent = "  "
    /// A longer left side pushes its explanation to the next line.
    private static let leftColumnsMax = 28

    let tool: Tool
    let language: Language

    /// The help of the tool (empty path), a group or a command, without a final line end.
    func text(for path: [String]) -> String {
        guard let command = tool.command(at: path) else { return toolText() }
        var sections = [
            say(command.summary), "\(usageTitle): \(usage(command, path: path))",
        ]
        if !command.discussion.isEmpty { sections.append(say(command.discussion)) }
        sections.append(section(commandsTitle, rows(of: command.commands)))
        sections.append(
            section(
                say(Message("arguments", vi: "đối số")),
                command.arguments.map { (say(Placeholder.title(of: $0.name)), say($0.help)) }))
        sections.append(section(optionsTitle, rows(of: command.options)))
        sections.append(
            section(
                say(Message("global options", vi: "tùy chọn chung")), rows(of: tool.globalOptions)))
        if command.isGroup {
            let call =
                "\(tool.name) help \(path.joined(separator: " ")) \(say(Placeholder.title(of: "COMMAND")))"
            sections.append(more(call))
        }
        return join(sections)
    }

    private func toolText() -> String {
        let help = Option(
            "--help", short: "h",
            help: Message(
                "show help for the program or a command",
                vi: "trợ giúp về chương trình hoặc một lệnh"))
        let version = Option("--version", help: Message("show the version", vi: "số phiên bản"))
        let word = say(Placeholder.title(of: "COMMAND"))
        return join([
            "\(tool.name): \(say(tool.summary))",
            "\(usageTitle): \(tool.name) \(say(Placeholder.title(of: "[options]"))) \(word)",
            section(commandsTitle, rows(of: tool.commands)),
            section(optionsTitle, rows(of: tool.globalOptions + [help, version])),
            more("\(tool.name) help \(word)"),
        ])
    }

    private func say(_ message: Message) -> String { message.text(in: language) }

    private func more(_ call: String) -> String {
        say(Message("“\(call)” says more.", vi: "“\(call)” cho biết thêm."))
    }

    private var usageTitle: String { say(Message("usage", vi: "cách dùng")) }
    private var commandsTitle: String { say(Message("commands", vi: "các lệnh")) }
    private var optionsTitle: String { say(Message("options", vi: "tùy chọn")) }

    private func usage(_ command: Command, path: [String]) -> String {
        var parts = [tool.name] + (tool.onlyCommand == nil ? path : [])
        if command.isGroup {
            return (parts + [say(Placeholder.title(of: "COMMAND"))]).joined(separator: " ")
        }
        if !command.options.isEmpty || !tool.globalOptions.isEmpty {
            parts.append(say(Placeholder.title(of: "[options]")))
        }
        return (parts + command.arguments.map { $0.synopsis(language) }).joined(separator: " ")
    }

    private func rows(of commands: [Command]) -> [(String, String)] {
        commands.filter { !$0.hidden }.map { ($0.name, say($0.summary)) }
    }

    private func rows(of options: [Option]) -> [(String, String)] {
        let again = Message(" (may be repeated)", vi: " (có thể lặp lại)")
        return options.map { ($0.synopsis(language), say($0.repeats ? $0.help + again : $0.help)) }
    }

    private func section(_ title: String, _ rows: [(String, String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let widths = rows.map { DisplayWidth.of($0.0) }.filter { $0 <= Self.leftColumnsMax }
        let width = widths.max() ?? 0
        let lines = rows.flatMap { left, right in
            let wrapped = wrap(right, width: Self.columnsMax - width - 4)
            let fits = DisplayWidth.of(left) <= width
            let blank = String(repeating: " ", count: width)
            let first = Self.indent + (fits ? DisplayWidth.padded(left, to: width) : left)
            let head = fits ? [first + Self.indent + (wrapped.first ?? "")] : [first]
            return head
                + wrapped.dropFirst(fits ? 1 : 0).map { Self.indent + blank + Self.indent + $0 }
        }
        return "\(title):\n" + lines.joined(separator: "\n")
    }

    /// Breaks a text at spaces into lines of at most `width` cells.
    private func wrap(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            let longer = line.isEmpty ? String(word) : "\(line) \(word)"
            if line.isEmpty || DisplayWidth.of(longer) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private func join(_ sections: [String]) -> String {
        sections.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
