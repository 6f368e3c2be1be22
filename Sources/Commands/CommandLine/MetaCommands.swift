internal import Text

extension Tool {
    /// Commands that every program has beside its own, for whoever packages it: not listed.
    var metaCommands: [Command] {
        [
            Command(
                "completion",
                summary: Message(
                    "write a completion script for bash, zsh or fish",
                    vi: "ghi tệp hoàn thành lệnh cho bash, zsh hoặc fish"),
                arguments: [
                    Positional(
                        "SHELL", help: Message("bash, zsh or fish", vi: "bash, zsh hoặc fish"))
                ], hidden: true
            ) { invocation in
                guard let shell = CompletedShell(rawValue: invocation.positional("SHELL")) else {
                    throw UsageError(
                        Message("SHELL is bash, zsh or fish", vi: "SHELL là bash, zsh hoặc fish"))
                }
                try invocation.printOut(
                    Completion(tool: self, language: invocation.language).text(for: shell))
                return .ok
            },
            Command(
                "manual",
                summary: Message(
                    "write a manual page; without a name, list them",
                    vi: "ghi một trang hướng dẫn; không ghi tên thì liệt kê"),
                arguments: [
                    Positional(
                        "PAGE", help: Message("as in central-serve", vi: "như central-serve"),
                        optional: true)
                ],
                options: [
                    Option(
                        "--date", valueName: "TEXT",
                        help: Message("the day that stands in it", vi: "ngày ghi trong trang"))
                ], hidden: true
            ) { invocation in
                let paths = ManPage.paths(of: self)
                guard let page = invocation.optionalPositional("PAGE") else {
                    for path in paths {
                        try invocation.printOut(ManPage.name(of: path, in: self))
                    }
                    return .ok
                }
                guard let path = paths.first(where: { ManPage.name(of: $0, in: self) == page })
                else {
                    throw UsageError(
                        Message("there is no page \(page)", vi: "không có trang \(page)"))
                }
                let manual = ManPage(
                    tool: self, language: invocation.language,
                    date: invocation.value("--date") ?? "November 30, 2026")
                try invocation.output.write(manual.text(for: path))
                return .ok
            },
        ]
    }
}
