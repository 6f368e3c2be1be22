// A recorded history: the fleet and the list of its events with all details, one JSON object a line.
// It is what a found failure is kept as.

internal import Foundation

/// What is no recorded history.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public let description: String
}

/// The first line of a recorded history.
private struct RecordedFleet: Codable {
    /// What was broken when it was recorded.
    var broke: String?
    var seed: UInt64
    var forks: String
    var erases: Bool
    var offices: [String]
    var emptyOffices: [String]
    var deviceOffices: [String]
    /// `nil` in what was recorded before there were others than the standard ones.
    var limits: String?
}

extension Plan {
    /// Reads a recorded history.
    ///
    /// - Throws: `RecordingError`.
    public init(recording bytes: [UInt8]) throws(RecordingError) {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { Data($0) }
        let decoder = JSONDecoder()
        do {
            guard let first = lines.first else {
                throw RecordingError(description: "the file is empty")
            }
            let fleet = try decoder.decode(RecordedFleet.self, from: first)
            var configuration = SimulationConfiguration()
            guard let forks = SimulationConfiguration.Forks(rawValue: fleet.forks) else {
                throw RecordingError(description: "forks are \(fleet.forks)")
            }
            configuration.forks = forks
            configuration.erases = fleet.erases
            let limits = fleet.limits ?? SimulatedLimits.standard.rawValue
            guard let limits = SimulatedLimits(rawValue: limits) else {
                throw RecordingError(description: "limits are \(limits)")
            }
            configuration.limits = limits
            let events = try lines.dropFirst().map { try decoder.decode(Event.self, from: $0) }
            for event in events
            where event.details == nil || !fleet.deviceOffices.indices.contains(event.device) {
                throw RecordingError(description: "\(event) is not recorded whole")
            }
            self.init(
                recorded: events, seed: fleet.seed, configuration: configuration,
                offices: fleet.offices, emptyOffices: fleet.emptyOffices,
                deviceOffices: fleet.deviceOffices)
        } catch let error as RecordingError {
            throw error
        } catch {
            throw RecordingError(description: "\(error)")
        }
    }
}

extension SimulationResult {
    /// The history, to be kept as a file.
    ///
    /// - Throws: `EncodingError`.
    public func recording() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let fleet = RecordedFleet(
            broke: violation?.description, seed: recorded.seed,
            forks: recorded.configuration.forks.rawValue, erases: recorded.configuration.erases,
            offices: recorded.offices, emptyOffices: recorded.emptyOffices,
            deviceOffices: recorded.deviceOffices,
            limits: recorded.limits == .standard ? nil : recorded.limits.rawValue)
        var lines = [try encoder.encode(fleet)]
        for event in recorded.events { lines.append(try encoder.encode(event)) }
        return Array(lines.map { $0 + Data([UInt8(ascii: "\n")]) }.joined())
    }
}
