/// Writes help texts; no line that is ours is longer than 80 characters if the words allow it.
struct HelpText {
    private static let columnsMax = 80
    private static let indent = "  "
    /// A longer left side pushes its explanation to the next line.
    private static let leftColumnsMax = 28

    let tool: Tool

    /// The help of the tool (empty path), a group or a command, without a final line end.
    func text(for path: [String]) -> String {
        guard let command = tool.command(at: path) else { return toolText() }
        var sections = [
            "\(command.summary)", "usage: \(usage(command, path: path))",
        ]
        if !command.discussion.isEmpty { sections.append(command.discussion) }
        sections.append(section("commands", rows(of: command.commands)))
        sections.append(section("arguments", command.arguments.map { ($0.name, $0.help) }))
        sections.append(section("options", rows(of: command.options)))
        sections.append(section("global options", rows(of: tool.globalOptions)))
        if command.isGroup {
            sections.append("“\(tool.name) help \(path.joined(separator: " ")) COMMAND” says more.")
        }
        return join(sections)
    }

    private func toolText() -> String {
        let help = Option("--help", short: "h", help: "show help for the program or a command")
        let version = Option("--version", help: "show the version")
        return join([
            "\(tool.name): \(tool.summary)",
            "usage: \(tool.name) [options] COMMAND",
            section("commands", rows(of: tool.commands)),
            section("options", rows(of: tool.globalOptions + [help, version])),
            "“\(tool.name) help COMMAND” says more.",
        ])
    }

    private func usage(_ command: Command, path: [String]) -> String {
        var parts = [tool.name] + (tool.onlyCommand == nil ? path : [])
        if command.isGroup { return (parts + ["COMMAND"]).joined(separator: " ") }
        if !command.options.isEmpty || !tool.globalOptions.isEmpty { parts.append("[options]") }
        return (parts + command.arguments.map(\.synopsis)).joined(separator: " ")
    }

    private func rows(of commands: [Command]) -> [(String, String)] {
        commands.filter { !$0.hidden }.map { ($0.name, $0.summary) }
    }

    private func rows(of options: [Option]) -> [(String, String)] {
        options.map { ($0.synopsis, $0.help + ($0.repeats ? " (may be repeated)" : "")) }
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
