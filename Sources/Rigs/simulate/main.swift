internal import CommandLine
internal import Foundation
internal import Text

let tool = Tool(
    name: "simulate", version: "1.0.0",
    summary: "whole fleets, their faults and their clerks, each drawn from a seed",
    commands: [SimulateCommand.command])
let status = await tool.main(arguments: Array(CommandLine.arguments.dropFirst()))
// 1 says that a seed failed; the other numbers that none could be run.
exit(status == .dataError ? 1 : status.rawValue)
