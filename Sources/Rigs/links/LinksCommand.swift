// `links`: the built programs over bad links, as ratios to a clean one in the same run.
//
//     swift build -c release && swift run -c release links [--condition NAME] [--dossiers N]

internal import BadLinks
internal import CommandLine
internal import Foundation
internal import Text

enum LinksCommand {
    static let command = Command(
        "run", summary: "sync two desks over bad links, and compare them with a clean one",
        discussion: """
            One desk pushes an office's work and the other pulls it, over each link anew. Prints a
            table in Markdown: time, exchanges, bytes of HTTP and of packets as ratios to the clean
            link, on which nothing is sent twice; how often a sync tried again; and what it met.
            Ends with 0 when every sync ended with equal digests and undamaged files, else with 70.
            Needs root: each link joins two network namespaces of its own, which go with it.

            Conditions: \(LinkCondition.all.map(\.name).joined(separator: ", ")).
            """,
        options: [
            Option("--condition", valueName: "NAME", help: "this one alone, beside the clean one"),
            Option("--dossiers", valueName: "N", help: "dossiers to push and to pull; 4000"),
        ], hidden: true
    ) { try run($0) }

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let names = LinkCondition.all.map(\.name)
        let chosen = try invocation.choice("--condition", of: names)
        let dossiers = try invocation.integer("--dossiers", in: 1...100_000) ?? 4_000
        if let reason = BadNetwork.hindrance() {
            throw CommandFailure(
                .noPermission, Message(verbatim: reason),
                hint: "run it as root, with iproute2 and /dev/net/tun")
        }
        let programs = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        do {
            let lab = try BadLinkLab(dossiers: dossiers, programs: programs.path)
            let watch = Interruption.watch(removing: lab)
            defer { withExtendedLifetime(watch) {} }
            try measure(chosen, lab, invocation)
            return .ok
        } catch let error as RigError {
            throw CommandFailure(.software, Message(verbatim: error.description))
        }
    }

    private static func measure(
        _ chosen: String?, _ lab: BadLinkLab, _ invocation: Invocation
    ) throws {
        guard let first = LinkCondition.all.first else { return }
        let clean = try lab.result(on: first)
        let table = LinkTable(clean: clean)
        for line in table.head + [table.line(clean)] { try invocation.printOut(line) }
        for condition in LinkCondition.all.dropFirst()
        where chosen == nil || condition.name == chosen {
            try invocation.printOut(table.line(lab.result(on: condition, clean: clean)))
        }
        try invocation.printOut("")
        try invocation.printOut(table.foot)
    }
}
