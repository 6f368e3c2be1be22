// Completions for shells, made from the tree that `--help` is made from: commands, then options; after an option
// that names a file or a folder, and in the place of an argument, names of files.

internal import Text

/// A shell that completes.
enum CompletedShell: String, CaseIterable {
    case bash
    case zsh
    case fish
}

/// Writes a completion script.
struct Completion {
    let tool: Tool
    let language: Language

    func text(for shell: CompletedShell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// A place in the tree: the words that lead there, what may follow.
    private struct Node {
        var path: [String]
        var commands: [Command]
        var options: [Option]
    }

    private var nodes: [Node] {
        func inner(_ commands: [Command], _ above: [String]) -> [Node] {
            commands.filter { !$0.hidden }.flatMap { command in
                let path = above + [command.name]
                return [
                    Node(
                        path: path, commands: command.commands.filter { !$0.hidden },
                        options: command.options + tool.globalOptions)
                ] + inner(command.commands, path)
            }
        }
        let top = Node(
            path: [], commands: tool.commands.filter { !$0.hidden }, options: tool.globalOptions)
        return [top] + inner(tool.commands, [])
    }

    private func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }

    private var bash: String {
        let name = tool.name
        let all = Set(nodes.flatMap(\.options))
        let files = all.filter(\.namesFile).map(\.name).sorted().joined(separator: "|")
        let others = all.filter { $0.valueName != nil && !$0.namesFile }.map(\.name)
            .sorted().joined(separator: "|")
        var lines = [
            "# bash completion for \(name)", "_\(name)() {",
            "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= word i",
            "    case $prev in",
            "        --lang) mapfile -t COMPREPLY < <(compgen -W 'en vi' -- \"$cur\"); return ;;",
        ]
        if !files.isEmpty {
            lines.append(
                "        \(files)) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;"
            )
        }
        if !others.isEmpty { lines.append("        \(others)) return ;;") }
        lines += [
            "    esac", "    for ((i = 1; i < COMP_CWORD; i++)); do",
            "        word=${COMP_WORDS[i]}", "        case \"$path $word\" in",
        ]
        for node in nodes where !node.path.isEmpty {
            let above = node.path.dropLast().joined(separator: " ")
            lines.append(
                "            \(quoted("\(above) \(node.path.last ?? "")"))) path=\(quoted(node.path.joined(separator: " "))) ;;"
            )
        }
        lines += ["        esac", "    done", "    local commands= options=", "    case $path in"]
        for node in nodes {
            let commands = node.commands.map(\.name).joined(separator: " ")
            let options = (node.options.map(\.name) + ["--help"]).joined(separator: " ")
            lines.append(
                "        \(quoted(node.path.joined(separator: " ")))) commands=\(quoted(commands)) options=\(quoted(options)) ;;"
            )
        }
        lines += [
            "    esac", "    if [[ $cur == -* ]]; then",
            "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")",
            "    elif [[ -n $commands ]]; then",
            "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\")", "    else",
            "        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")",
            "    fi", "}", "complete -F _\(name) \(name)",
        ]
        return lines.joined(separator: "\n")
    }

    private var zsh: String {
        let name = tool.name
        func described(_ word: String, _ help: Message) -> String {
            quoted(word.replacing(":", with: "\\:") + ":" + help.text(in: language))
        }
        var lines = [
            "#compdef \(name)", "_\(name)() {",
            "    local path='' word i", "    local -a commands options",
            "    for ((i = 2; i < CURRENT; i++)); do", "        word=$words[i]",
            "        case \"$path $word\" in",
        ]
        for node in nodes where !node.path.isEmpty {
            let above = node.path.dropLast().joined(separator: " ")
            lines.append(
                "            \(quoted("\(above) \(node.path.last ?? "")"))) path=\(quoted(node.path.joined(separator: " "))) ;;"
            )
        }
        lines += ["        esac", "    done", "    case $path in"]
        for node in nodes {
            lines.append("        \(quoted(node.path.joined(separator: " "))))")
            lines.append(
                "            commands=(\(node.commands.map { described($0.name, $0.summary) }.joined(separator: " ")))"
            )
            lines.append(
                "            options=(\(node.options.map { described($0.name, $0.help) }.joined(separator: " "))) ;;"
            )
        }
        lines += [
            "    esac", "    if [[ $words[CURRENT] == -* ]]; then",
            "        _describe option options",
            "    elif (( $#commands )); then", "        _describe command commands", "    else",
            "        _files", "    fi", "}", "_\(name) \"$@\"",
        ]
        return lines.joined(separator: "\n")
    }

    private var fish: String {
        let name = tool.name
        var lines = ["# fish completion for \(name)", "complete -c \(name) -f"]
        func condition(_ path: [String]) -> String {
            path.isEmpty
                ? "__fish_use_subcommand"
                : path.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
        }
        for node in nodes {
            let inner = node.commands.map(\.name).joined(separator: " ")
            let when =
                node.path.isEmpty || inner.isEmpty
                ? condition(node.path)
                : condition(node.path) + "; and not __fish_seen_subcommand_from \(inner)"
            for command in node.commands {
                lines.append(
                    "complete -c \(name) -n \(quoted(when)) -a \(command.name) -d \(quoted(command.summary.text(in: language)))"
                )
            }
            guard !node.path.isEmpty, node.commands.isEmpty else { continue }
            let own = node.options.filter { !tool.globalOptions.contains($0) }
            for option in own { lines.append(line(of: option, when: condition(node.path))) }
            lines.append("complete -c \(name) -n \(quoted(condition(node.path))) -F")
        }
        lines += tool.globalOptions.map { line(of: $0, when: nil) }
        return lines.joined(separator: "\n")
    }

    private func line(of option: Option, when: String?) -> String {
        var line = "complete -c \(tool.name)"
        if let when { line += " -n \(quoted(when))" }
        line += " -l \(option.name.dropFirst(2))"
        if let short = option.short { line += " -s \(short)" }
        if option.valueName != nil { line += option.namesFile ? " -r -F" : " -x" }
        return line + " -d \(quoted(option.help.text(in: language)))"
    }
}
