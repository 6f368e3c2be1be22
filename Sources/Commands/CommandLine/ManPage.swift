// Manual pages in mdoc(7), made from the tree that `--help` is made from: one for the program, one for each
// command, in the language that is asked for.

internal import Text

/// Writes a manual page.
struct ManPage {
    let tool: Tool
    let language: Language
    /// When the program was last changed, as in `November 30, 2026`.
    let date: String

    /// The name of a page: `central`, `central-tls-show`.
    static func name(of path: [String], in tool: Tool) -> String {
        ([tool.name] + path).joined(separator: "-")
    }

    /// The paths of all pages: the program's, and those of commands and groups that are listed.
    static func paths(of tool: Tool) -> [[String]] {
        func inner(_ commands: [Command], _ above: [String]) -> [[String]] {
            commands.filter { !$0.hidden }.flatMap { command in
                [above + [command.name]] + inner(command.commands, above + [command.name])
            }
        }
        return [[]] + inner(tool.commands, [])
    }

    /// The page of the tool (empty path), a group or a command.
    func text(for path: [String]) -> String {
        let command = tool.command(at: path)
        let name = Self.name(of: path, in: tool)
        var lines = [
            ".Dd \(date)", ".Dt \(name.uppercased()) 1", ".Os DossierSync",
            ".Sh \(title("NAME", "TÊN"))", ".Nm \(name)",
            ".Nd \(escaped(say(command?.summary ?? tool.summary)))",
            ".Sh \(title("SYNOPSIS", "CÁCH DÙNG"))",
        ]
        lines += synopsis(command, path)
        lines.append(".Sh \(title("DESCRIPTION", "MÔ TẢ"))")
        if let command {
            lines += prose(say(command.discussion.isEmpty ? command.summary : command.discussion))
            lines += list(command.arguments.map { (argument($0), say($0.help)) })
            lines += list(command.options.map(row))
        } else {
            lines += prose(say(tool.summary))
        }
        let commands = (command?.commands ?? (command == nil ? tool.commands : []))
            .filter { !$0.hidden }
        if !commands.isEmpty {
            lines.append(".Ss \(say(Message("Commands", vi: "Các lệnh")))")
            lines += list(commands.map { (".It Sy \(escaped($0.name))", say($0.summary)) })
        }
        lines.append(".Ss \(say(Message("Options of every command", vi: "Tùy chọn của mọi lệnh")))")
        lines += list(tool.globalOptions.map(row))
        lines.append(".Sh \(title("EXIT STATUS", "MÃ KẾT THÚC"))")
        lines += prose(
            say(
                Message(
                    "0 when all that was asked for was done; else a number of sysexits, with the reason "
                        + "on standard error.",
                    vi:
                        "0 khi mọi việc được yêu cầu đã xong; nếu không thì một số của sysexits, lý do ở đầu ra lỗi."
                )))
        lines.append(".Sh \(title("SEE ALSO", "XEM THÊM"))")
        lines += seeAlso(path, commands)
        return lines.joined(separator: "\n") + "\n"
    }

    private func synopsis(_ command: Command?, _ path: [String]) -> [String] {
        var lines = [".Nm \(tool.name)"] + path.map { ".Cm \(escaped($0))" }
        if let command, !command.isGroup {
            lines.append(".Op Ar \(say(Message("options", vi: "tùy-chọn")))")
            lines += command.arguments.map {
                let word = escaped(say(Placeholder.title(of: $0.name)))
                let repeats = $0.repeats ? " ..." : ""
                return $0.optional ? ".Op Ar \(word)\(repeats)" : ".Ar \(word)\(repeats)"
            }
        } else {
            lines.append(".Ar \(say(Placeholder.title(of: "COMMAND")))")
            lines.append(".Op Ar \(say(Message("options", vi: "tùy-chọn")))")
        }
        return lines
    }

    private func argument(_ argument: Positional) -> String {
        ".It Ar \(escaped(say(Placeholder.title(of: argument.name))))"
    }

    private func row(_ option: Option) -> (String, String) {
        let short = option.short.map { "Fl \($0) , " } ?? ""
        let name = "Fl \(option.name.dropFirst())".replacing("Fl -", with: "Fl \\-")
        let value = option.valueName.map {
            " Ar \(escaped(say(Placeholder.title(of: $0))))"
        }
        let again = Message(" (may be repeated)", vi: " (có thể lặp lại)")
        return (
            ".It \(short)\(name)\(value ?? "")",
            say(option.repeats ? option.help + again : option.help)
        )
    }

    private func list(_ rows: [(String, String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        return [".Bl -tag -width Ds"] + rows.flatMap { [$0] + sentences($1) } + [".El"]
    }

    /// Paragraphs; lines that are indented are examples, and stay as they are.
    private func prose(_ text: String) -> [String] {
        var lines: [String] = []
        var isExample = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let example = line.hasPrefix("  ")
            if example != isExample {
                lines.append(example ? ".Bd -literal -offset indent" : ".Ed")
                isExample = example
            }
            if example {
                lines.append(escaped(String(line.dropFirst(2))))
            } else if line.isEmpty {
                if lines.last != ".Pp", !lines.isEmpty, lines.last != ".Ed" { lines.append(".Pp") }
            } else {
                lines += sentences(String(line))
            }
        }
        while lines.last == ".Pp" { lines.removeLast() }
        return lines + (isExample ? [".Ed"] : [])
    }

    private func seeAlso(_ path: [String], _ commands: [Command]) -> [String] {
        let inner = commands.map { Self.name(of: path + [$0.name], in: tool) }
        let above = path.isEmpty ? [] : [Self.name(of: Array(path.dropLast()), in: tool)]
        let names = Set(above + inner).sorted()
        return names.enumerated().map { place, name in
            ".Xr \(name) 1" + (place < names.count - 1 ? " ," : "")
        }
    }

    private func title(_ english: String, _ vietnamese: String) -> String {
        Message(english, vi: vietnamese).text(in: language)
    }

    private func say(_ message: Message) -> String { message.text(in: language) }

    /// A text no line of which is a request or a macro, and none of whose words an escape.
    private func escaped(_ text: String) -> String {
        let text = text.replacing("\\", with: "\\e").replacing("\n", with: " ")
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }

    /// The same, each sentence on a line of its own, as mdoc wants it.
    private func sentences(_ text: String) -> [String] {
        text.replacing(#/([.!?][)”’]?) +/#) { "\($0.output.1)\n" }.split(separator: "\n")
            .map { escaped(String($0)) }
    }
}
