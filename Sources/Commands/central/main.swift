internal import CentralCommands
internal import CommandLine
internal import Demo
internal import Foundation
internal import Host

ProcessMemory.hide()
let tool = CentralTool.make(adding: [DemoCommand.command])
if let refusal = tool.refusalToStart() { exit(refusal.rawValue) }
let status = await tool.main(arguments: Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
