// The real permit dossiers of `shared/data`, which are no part of the project, as events in the order
// of time.

import Causality
import Foundation
import TestSupport
import Time

/// One step in the life of a permit dossier.
struct PermitEvent {
    /// Its line in the data, from 1 after the header; it stands for the event in messages.
    var number: Int
    /// The dossier.
    var dossier: String
    /// The department that answers for the dossier: the scope.
    var department: String
    /// The group that did the step: the desk within the scope.
    var group: String
    var channel: String
    var task: String
    var taskInstance: String
    var officer: String
    var received: Timestamp
    var deadline: Timestamp?
    var time: Timestamp
}

/// Loads `permit-receipts.csv.gz`.
enum PermitReceipts {
    private struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    /// The file: in the directory that `DOSSIER_SHARED` names, or in `shared` beside the checkout.
    static let path: String = {
        let shared =
            ProcessInfo.processInfo.environment["DOSSIER_SHARED"]
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared").standardizedFileURL.path
        return shared + "/data/permit-receipts.csv.gz"
    }()

    /// Whether it is there. Says so on standard error when not: a skipped test is not a passed one.
    static let isThere: Bool = {
        let isThere = FileManager.default.fileExists(atPath: path)
        if !isThere {
            FileHandle.standardError.write(
                Data("NOT RUN: permit receipts, for want of \(path)\n".utf8))
        }
        return isThere
    }()

    /// All events in the order of time; of one time, in the order of the file.
    static func load() throws -> [PermitEvent] {
        let lines = try uncompressed().split(separator: "\n")
        guard let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false)
        else { throw Malformed(description: "no header") }
        var columns: [String: Int] = [:]
        for (place, name) in header.enumerated() { columns[String(name)] = place }
        return try lines.dropFirst().enumerated().map { index, line in
            // No field of this file is quoted.
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            func field(_ name: String) throws -> String {
                guard let place = columns[name], place < fields.count else {
                    throw Malformed(description: "line \(index + 1) lacks \(name)")
                }
                return String(fields[place])
            }
            func time(_ name: String) throws -> Timestamp? {
                RFC3339.millisecondsSinceEpoch(try field(name)).map {
                    Timestamp(milliseconds: $0.milliseconds)
                }
            }
            guard let done = try time("time:timestamp"), let start = try time("case:startdate")
            else { throw Malformed(description: "line \(index + 1) has no time") }
            return PermitEvent(
                number: index + 1, dossier: try field("case:concept:name"),
                department: try field("case:department"), group: try field("org:group"),
                channel: try field("case:channel"), task: try field("concept:name"),
                taskInstance: try field("concept:instance"), officer: try field("org:resource"),
                received: start, deadline: try time("case:deadline"), time: done)
        }
        .sorted { ($0.time, $0.number) < ($1.time, $1.number) }
    }

    private static func uncompressed() throws -> String {
        let bytes = try Shell.output(of: "gzip -dc '\(path)'")
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw Malformed(description: "gzip cannot read \(path)")
        }
        return text
    }
}
