/// The table of `links`, in Markdown: each condition in numbers of the clean one.
public struct LinkTable {
    private let clean: LinkResult

    /// Begins a table with the result of the clean link, which all others are compared with.
    public init(clean: LinkResult) {
        self.clean = clean
    }

    /// The head of the table.
    public var head: [String] {
        [
            "| condition | what it is | time | round trips | bytes | on the link | again | it met |",
            "|---|---|--:|--:|--:|--:|--:|---|",
        ]
    }

    /// One line.
    public func line(_ result: LinkResult) -> String {
        let cells = [
            result.condition.name, result.condition.summary,
            Self.ratio(result.seconds, clean.seconds, places: 1),
            Self.ratio(Double(result.roundTrips), Double(clean.roundTrips)),
            Self.ratio(Double(result.bytes), Double(clean.bytes)),
            Self.ratio(Double(result.packetBytes), Double(clean.packetBytes)),
            String(result.retries), met(result),
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// What the ratios are of.
    public var foot: String {
        "1 is \(clean.roundTrips) round trips, \(clean.bytesSent) bytes sent and "
            + "\(clean.bytesReceived) received, \(clean.packetBytes) in \(clean.packets) packets."
    }

    private func met(_ result: LinkResult) -> String {
        let counts = [
            (result.lostPackets, "lost packet"), (result.cuts, "cut"),
            (result.lostReplies, "lost reply"), (result.kills, "kill"),
            (result.proxyRefusals, "refusal"),
        ]
        return counts.filter { $0.0 > 0 }.map { count, word in
            guard count != 1 else { return "1 \(word)" }
            return "\(count) " + (word.hasSuffix("y") ? "\(word.dropLast())ies" : word + "s")
        }.joined(separator: ", ")
    }

    /// A ratio with one or two places after the point.
    static func ratio(_ value: Double, _ unit: Double, places: Int = 2) -> String {
        guard unit > 0 else { return "–" }
        let scale = places == 1 ? 10 : 100
        let scaled = Int((value / unit * Double(scale)).rounded())
        let rest = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - rest.count) + rest
    }
}
