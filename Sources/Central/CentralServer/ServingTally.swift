// What a serving central counts, for whoever reads its figures. It begins with nothing when the process does.

public import Causality
internal import Synchronization
internal import Text

/// Counts of what was answered since central began to serve.
public final class ServingTally: Sendable {
    /// Upper ends of the classes of durations, in milliseconds: from an exchange with nothing to do to one that
    /// gives up.
    private static let classes = [
        5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
    ]

    private struct Key: Hashable, Comparable {
        var event: String
        var outcome: String

        static func < (left: Key, right: Key) -> Bool {
            (left.event, left.outcome) < (right.event, right.outcome)
        }
    }

    private struct State {
        var counts: [Key: Int] = [:]
        var inClass = [Int](repeating: 0, count: ServingTally.classes.count + 1)
        var milliseconds = 0
        var bytesIn = 0
        var bytesOut = 0
        var certificateEnd: Timestamp?
    }

    private let state = Mutex(State())

    init() {}

    /// Notes until when the certificate counts that central proves itself by.
    public func note(certificateEnd: Timestamp?) {
        state.withLock { $0.certificateEnd = certificateEnd }
    }

    /// Until when the certificate counts.
    var certificateEnd: Timestamp? { state.withLock { $0.certificateEnd } }

    func note(_ line: ExchangeLine) {
        let spent = max(0, line.milliseconds - line.waitedMilliseconds)
        state.withLock { state in
            state.counts[Key(event: line.event.rawValue, outcome: line.outcome), default: 0] += 1
            state.bytesIn += line.bytesIn
            state.bytesOut += line.bytesOut
            guard line.event == .exchange else { return }
            let place = Self.classes.firstIndex { spent <= $0 } ?? Self.classes.count
            state.inClass[place] += 1
            state.milliseconds += spent
        }
    }

    func write(to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        text.family(
            "requests_total", .counter, "Requests answered, by what was asked and what came of it.")
        for (key, count) in state.counts.sorted(by: { $0.key < $1.key }) {
            text.sample(
                "requests_total", [("event", key.event), ("outcome", key.outcome)], Double(count))
        }
        let name = "exchange_duration_seconds"
        text.family(name, .histogram, "Time to answer an exchange, waiting for news left out.")
        var sum = 0
        for (place, count) in state.inClass.enumerated() {
            sum += count
            let end = place < Self.classes.count ? "\(Double(Self.classes[place]) / 1000)" : "+Inf"
            text.sample(name + "_bucket", [("le", end)], Double(sum))
        }
        text.sample(name + "_sum", Double(state.milliseconds) / 1000)
        text.sample(name + "_count", Double(sum))
        text.one(
            "received_bytes_total", Double(state.bytesIn), "Bytes of requests, heads and bodies.",
            kind: .counter)
        text.one(
            "sent_bytes_total", Double(state.bytesOut), "Bytes of the bodies of replies.",
            kind: .counter)
        text.one(
            "certificate_end_timestamp_seconds",
            state.certificateEnd.map { Double($0.milliseconds) / 1000 },
            "Until when central's certificate counts.")
    }
}
