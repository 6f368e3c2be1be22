// How a command line is read, left to right:
//
// - Words before the command's name choose the command, descending through groups. Global options
//   may stand anywhere, a command's own options anywhere after its name, also after arguments.
// - `--opt value`, `--opt=value`, `-o value`, `-ovalue`, and flags together as `-qv`.
// - The word after an option is its value unless it looks like an option; a negative number or a
//   single `-` does not. `--opt=` takes anything.
// - After `--` every word is an argument.

internal import Text

/// What a command line asks for.
enum ParsedCommandLine {
    case run(Command, path: [String], options: [String: [String]], positionals: [String: [String]])
    case help(path: [String])
    case version
}

/// A usage error and the command it belongs to, whose help is worth naming.
struct ParsingFailure: Error {
    let error: UsageError
    let path: [String]
}

struct CommandLineParser {
    private let tool: Tool
    private var words: ArraySlice<String>
    private var path: [String] = []
    private var command: Command?
    private var options: [String: [String]] = [:]
    private var arguments: [String] = []
    private var optionsEnded = false
    private var wantsHelp = false

    init(tool: Tool, words: [String]) {
        self.tool = tool
        self.words = words[...]
    }

    mutating func parse() throws(ParsingFailure) -> ParsedCommandLine {
        do {
            return try parseWords()
        } catch {
            throw ParsingFailure(error: error, path: path)
        }
    }

    private mutating func parseWords() throws(UsageError) -> ParsedCommandLine {
        while let word = words.popFirst() {
            if optionsEnded || !looksLikeOption(word) {
                try takeArgument(word)
            } else if word == "--" {
                optionsEnded = true
            } else if word == "--version", command == nil, path.isEmpty {
                return .version
            } else if word == "--help" || word == "-h" && option(short: "h") == nil {
                wantsHelp = true
            } else if word.hasPrefix("--") {
                try takeLongOption(word)
            } else {
                try takeShortOptions(word.dropFirst())
            }
        }
        if wantsHelp { return .help(path: path) }
        guard let command else {
            throw UsageError(
                path.isEmpty
                    ? Message("a command is missing", vi: "thiếu tên lệnh")
                    : Message("\(path[0]) needs a command", vi: "\(path[0]) cần một lệnh"))
        }
        return .run(command, path: path, options: options, positionals: try assign(to: command))
    }

    /// The commands that the next word may name.
    private var candidates: [Command] {
        path.isEmpty ? tool.commands : tool.command(at: path)?.commands ?? []
    }

    private mutating func takeArgument(_ word: String) throws(UsageError) {
        guard command == nil else {
            arguments.append(word)
            return
        }
        if path.isEmpty, word == "help", tool.command(at: ["help"]) == nil {
            path = try helpPath()
            wantsHelp = true
            return
        }
        guard let next = candidates.first(where: { $0.name == word }) else {
            if wantsHelp { return }
            throw unknownCommand(word)
        }
        path.append(next.name)
        if !next.isGroup { command = next }
    }

    /// The rest of `help office add` as a path.
    private mutating func helpPath() throws(UsageError) -> [String] {
        while let word = words.popFirst() {
            if looksLikeOption(word) {
                // What stands behind it is its value: `help --lang vi`.
                let option = tool.globalOptions.first { $0.name == word }
                if option?.valueName != nil { words = words.dropFirst() }
                continue
            }
            guard let next = candidates.first(where: { $0.name == word }) else {
                throw unknownCommand(word)
            }
            path.append(next.name)
        }
        return path
    }

    private func unknownCommand(_ word: String) -> UsageError {
        let names = candidates.filter { !$0.hidden }.map(\.name)
        let nearest = Suggestion.nearest(to: word, among: names + (path.isEmpty ? ["help"] : []))
        let called = (path + [word]).joined(separator: " ")
        return UsageError(
            Message("there is no command “\(called)”", vi: "không có lệnh “\(called)”"),
            hint: nearest.map {
                let meant = (path + [$0]).joined(separator: " ")
                return Message("did you mean “\(meant)”?", vi: "có phải ý bạn là “\(meant)”?")
            })
    }

    // MARK: Options

    private var knownOptions: [Option] {
        (command?.options ?? []) + tool.globalOptions
    }

    private func option(short: Character) -> Option? {
        knownOptions.first { $0.short == short }
    }

    private func looksLikeOption(_ word: String) -> Bool {
        guard word.hasPrefix("-"), let second = word.dropFirst().first else { return false }
        let isNumber = second.isNumber || second == "."
        return !isNumber || option(short: second) != nil
    }

    private mutating func takeLongOption(_ word: String) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = knownOptions.first(where: { $0.name == name }) else {
            let names = knownOptions.map(\.name) + ["--help"]
            throw UsageError(
                Message(
                    "there is no option \(name)\(command.map { " for “\($0.name)”" } ?? "")",
                    vi: "không có tùy chọn \(name)\(command.map { " cho “\($0.name)”" } ?? "")"),
                hint: Suggestion.nearest(to: name, among: names).map {
                    Message("did you mean \($0)?", vi: "có phải ý bạn là \($0)?")
                })
        }
        let attached = parts.count == 2 ? String(parts[1]) : nil
        if option.valueName == nil, attached != nil {
            throw UsageError(
                Message(
                    "\(name) is a flag and takes no value", vi: "\(name) là cờ, không nhận giá trị")
            )
        }
        try record(option, attached: attached)
    }

    private mutating func takeShortOptions(_ letters: Substring) throws(UsageError) {
        var rest = letters
        while let letter = rest.popFirst() {
            guard let option = option(short: letter) else {
                throw UsageError(
                    Message("there is no option -\(letter)", vi: "không có tùy chọn -\(letter)"))
            }
            guard option.valueName != nil, !rest.isEmpty else {
                try record(option, attached: nil)
                continue
            }
            try record(option, attached: String(rest.first == "=" ? rest.dropFirst() : rest))
            return
        }
    }

    private mutating func record(_ option: Option, attached: String?) throws(UsageError) {
        guard option.repeats || options[option.name] == nil else {
            throw UsageError(
                Message(
                    "\(option.name) is given more than once",
                    vi: "\(option.name) được ghi nhiều lần"))
        }
        var value = ""
        if let valueName = option.valueName {
            if let attached {
                value = attached
            } else if let next = words.first, !looksLikeOption(next) {
                words.removeFirst()
                value = next
            } else {
                throw UsageError(
                    Message(
                        "\(option.name) needs a value: \(option.name) \(valueName)",
                        vi: "\(option.name) cần một giá trị: "
                            + "\(option.name) \(Placeholder.title(of: valueName).vietnamese)"))
            }
        }
        options[option.name, default: []].append(value)
    }

    // MARK: Arguments

    private func assign(to command: Command) throws(UsageError) -> [String: [String]] {
        var rest = arguments[...]
        var assigned: [String: [String]] = [:]
        for (place, positional) in command.arguments.enumerated() {
            if positional.repeats {
                // What has to stand behind it is kept for that.
                let behind = command.arguments[(place + 1)...].count { !$0.optional }
                let count = max(min(rest.count, 1), rest.count - behind)
                if count > 0 { assigned[positional.name] = Array(rest.prefix(count)) }
                rest = rest.dropFirst(count)
            } else if let value = rest.popFirst() {
                assigned[positional.name] = [value]
            }
            if assigned[positional.name] == nil, !positional.optional {
                throw UsageError(
                    Message(
                        "the argument \(positional.name) is missing",
                        vi: "thiếu đối số \(Placeholder.title(of: positional.name).vietnamese)"))
            }
        }
        if let superfluous = rest.first {
            throw UsageError(
                Message(
                    "there is an argument too many: “\(superfluous)”",
                    vi: "thừa một đối số: “\(superfluous)”"))
        }
        return assigned
    }
}
