internal import CentralCommands
internal import CommandLineTool
internal import Foundation

let status = await CentralTool.make().main(arguments: Array(CommandLine.arguments.dropFirst()))
exit(status.rawValue)
