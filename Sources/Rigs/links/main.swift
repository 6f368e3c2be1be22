internal import CommandLine
internal import Foundation
internal import Text

let tool = Tool(
    name: "links", version: "1.0.0", summary: "the built programs over bad links",
    commands: [LinksCommand.command])
let status = await tool.main(arguments: Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
