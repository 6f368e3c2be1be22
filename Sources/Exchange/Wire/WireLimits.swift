public import CBOR
public import Replication

/// All limits of the exchange on which both ends have to agree, each with its unit and reason. What an end
/// decides by itself is in `CentralLimits` and `CounterLimits`.
public enum WireLimits {
    /// The protocol version spoken here.
    public static let version: UInt64 = 2
    /// What was added to it since it was opened (`Protocol/sync.md`, the table of revisions).
    public static let revision: UInt64 = 12
    /// Versions whose requests and replies are read from bundles: a stick may have been under way for
    /// weeks when both ends were upgraded, and no later version gives a member another meaning.
    public static let bundledVersions: ClosedRange<UInt64> = 1...version
    /// Bytes of a request or reply body as it crosses the wire: bounds memory at both ends.
    public static let bodyBytesMax = 8 << 20
    /// Bytes of a JSON body at most (enrolment, a new token, what administrators ask for), far more than
    /// any takes: strangers may send them.
    public static let documentBytesMax = 16 << 10
    /// Bytes of a reply after decompression, and of what its columns become.
    public static let decodedBytesMax = 32 << 20
    /// Bytes of a request after decompression, and of what its columns become: a counter pushes 1 MiB at
    /// most and gives the states of some records with it.
    public static let requestBytesMax = 16 << 20
    /// Items and pairs of a request or reply itself, besides those in its strings of bytes: a thousand
    /// held copies of records with a hundred writers each.
    public static let envelopeElementsMax = 1 << 17
    /// Changes of one push: a chunk of 1 MiB of the smallest there can be.
    public static let pushedChangesMax = 1 << 16
    /// Items and pairs of the states that a device gives with one request: those of 1 MiB, twice.
    public static let stateElementsMax = 1 << 19
    /// Bytes of a resume mark: central's own have about 60.
    public static let resumeMarkBytesMax = 1 << 10
    /// Binary logarithm of the bytes that a zstd frame may refer back over, 8 MiB (RFC 9659 §3): a
    /// decoder reserves them on the strength of the frame's header alone. zstd through level 19
    /// stays within.
    public static let zstdWindowLogMax: Int32 = 23
    /// Bytes of canonical changes in one push unless the link asks for less.
    public static let pushBytesDefault = 1 << 20
    /// Bytes of items in one reply unless the counter asks for less.
    public static let pullBytesDefault = 1 << 20
    /// Seconds that central holds a request open for news at most.
    public static let waitSecondsMax: UInt64 = 55
    /// Records whose states one request may ask for: bounds a reply.
    public static let fetchedRecordsMax = 1_000
    /// Places of its chain that a forked device may name in one request: two requests find the
    /// fork among 4,000 changes, three among 260,000.
    public static let probesMax = 64
    /// Former identities that a device names to a central that has forgotten it: one comes with each
    /// copy and each restoration, and they fill half of a document.
    public static let formersMax = 32
    /// Numbers of an office's desks: each has 10,000 of the 10^12 numbers of a day's dossier codes.
    public static let desks: ClosedRange<Int64> = 1...99_999_999
    /// Bytes of a body through which the shared dictionary and the highest level are worth their time,
    /// which is less than a millisecond.
    public static let smallBodyBytesMax = 16 << 10
    /// Bytes below which a body is sent uncompressed: zstd's frame would cost more than it saves.
    public static let compressionBytesMin = 64
}

/// What one request or reply may cost whoever reads it.
public struct WireBudget: Hashable, Sendable {
    /// Bytes of a body after decompression, and of what its columns become.
    public var bytesMax: Int
    /// Records that a list may name.
    public var listedRecordsMax: Int
    /// Changes of a push, and refusals that it may bring back.
    public var pushedChangesMax: Int
    /// Items and pairs of the states that a device gives.
    public var stateElementsMax: Int
    /// Of the request or reply itself.
    public var envelope: CBORBudget
    /// Of the changes and states in it.
    public var format: FormatBudget

    /// A budget; what is not named is as usual.
    public init(
        bytesMax: Int, listedRecordsMax: Int = WireLimits.fetchedRecordsMax,
        pushedChangesMax: Int = WireLimits.pushedChangesMax,
        stateElementsMax: Int = WireLimits.stateElementsMax,
        envelope: CBORBudget = CBORBudget(elementsMax: WireLimits.envelopeElementsMax),
        format: FormatBudget = .standard
    ) {
        self.bytesMax = bytesMax
        self.listedRecordsMax = listedRecordsMax
        self.pushedChangesMax = pushedChangesMax
        self.stateElementsMax = stateElementsMax
        self.envelope = envelope
        self.format = format
    }

    /// That of a request.
    public static let request = WireBudget(bytesMax: WireLimits.requestBytesMax)
    /// That of a reply: central, which a counter trusts, may refuse a whole push, and gives a state
    /// with each refusal.
    public static let reply = WireBudget(
        bytesMax: WireLimits.decodedBytesMax, envelope: CBORBudget(elementsMax: 1 << 22))
}
