internal import JSON

/// What is logged of one request: who, how much, how long, what came of it; never content.
public struct ExchangeLine: Sendable {
    /// What was asked.
    public struct Event: RawRepresentable, Hashable, Sendable {
        /// How the log calls it.
        public let rawValue: String

        /// Names what a route answers.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A sync.
        public static let exchange = Event(rawValue: "exchange")
        /// An identity, for a one-time code.
        public static let enrolment = Event(rawValue: "enrolment")
        /// A new bearer token.
        public static let token = Event(rawValue: "token")
        /// Something that an administrator asked for.
        public static let admin = Event(rawValue: "admin")
    }

    /// What was asked.
    public var event: Event
    /// The device's replica in hexadecimal, or `admin:` and an account; empty before it is known.
    public var device = ""
    /// The seq accepted through, when changes were pushed; else 0.
    public var pushed: UInt64 = 0
    /// Changes refused.
    public var refused = 0
    /// Items sent.
    public var items: UInt64 = 0
    /// Whether nothing was left for the device.
    public var isComplete = false
    /// Bytes of the request, head and body.
    public var bytesIn: Int
    /// Bytes of the reply's body.
    public var bytesOut = 0
    /// The time that the device's clock showed when it asked, in milliseconds: with the device it names one
    /// request at both ends, and costs nothing on the way.
    public var request: String?
    /// How long it took.
    public var milliseconds = 0
    /// How long of that it waited for news.
    public var waitedMilliseconds = 0
    /// The problem's name, when there was one.
    public var failure: String?
    /// Why central's store failed, when it did: the counters are told to look here.
    public var reason: String?

    init(_ event: Event, bytesIn: Int) {
        self.event = event
        self.bytesIn = bytesIn
    }

    /// What came of it: the problem's name, or whether all was done.
    public var outcome: String {
        failure ?? (event != .exchange ? "done" : isComplete ? "complete" : "more")
    }

    /// What the line says, for a log reader.
    var members: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("event", .string(event.rawValue)), ("device", .string(device)),
            ("acceptedThrough", .integer(Int64(clamping: pushed))),
            ("refused", .integer(Int64(refused))), ("items", .integer(Int64(clamping: items))),
            ("bytesIn", .integer(Int64(bytesIn))), ("bytesOut", .integer(Int64(bytesOut))),
            ("milliseconds", .integer(Int64(milliseconds))),
        ]
        members.append(("outcome", .string(outcome)))
        if let reason { members.append(("reason", .string(reason))) }
        if let request { members.append(("request", .string(request))) }
        return members
    }
}
