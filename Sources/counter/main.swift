internal import CommandLineTool
internal import CounterCommands
internal import Foundation

let status = await CounterTool.make().main(arguments: Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
