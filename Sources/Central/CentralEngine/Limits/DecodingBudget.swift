// What central gives to the decoding of requests: how much each may cost, and all together.

internal import CBOR
internal import Columns
internal import Replication
public import Wire

/// The rooms of a node, in the order in which a request enters them: whoever is in one waits for later
/// ones only, so that nobody waits for ever. All of them together bound what requests take.
struct DecodingRooms: Sendable {
    /// For bodies after decompression, and the strings of bytes in them.
    let bodies: Room
    /// For states as they are worked with.
    let states: Room
    /// For the sequences that pushes in columns become.
    let columns: Room
    /// For changes as they are worked with.
    let changes: Room

    init(_ budget: DecodingBudget) {
        func room(_ capacity: Int, small: Int) -> Room {
            Room(capacity: capacity, small: small, line: budget.line)
        }
        bodies = room(budget.bodyBytes, small: 2 * budget.smallBodyBytes)
        states = room(budget.stateBytes, small: budget.smallChangeBytes)
        columns = room(budget.columnBytes, small: 0)
        changes = room(budget.changeBytes, small: budget.smallChangeBytes)
    }
}

/// What the requests that a node decodes at the same time may take together.
public struct DecodingBudget: Hashable, Sendable {
    /// Bytes of bodies: the largest one, twice (a push stands in the body and by itself), and half as
    /// much for others.
    public var bodyBytes: Int
    /// Bytes of sequences out of columns: sixteen pushes of a counter, or two of the largest.
    public var columnBytes: Int
    /// Bytes of changes: those of the largest push.
    public var changeBytes: Int
    /// Bytes of states: those of the most that one request may give.
    public var stateBytes: Int
    /// Changes and states this small take no room: a push of some hundred changes.
    public var smallChangeBytes: Int
    /// Bytes of a body that takes no room: a hundred of them take a few MiB, and what most syncs send is
    /// smaller.
    public var smallBodyBytes: Int
    /// Bytes that may come out of any push in columns: what a counter pushes at most, with room.
    public var columnPushBytes: Int
    /// What one request may cost.
    public var request: WireBudget
    /// Of those who wait for room.
    public var line = Line()

    /// A line of requests that wait for room.
    public struct Line: Hashable, Sendable {
        /// Requests that may stand in it; more are sent away, and come again.
        public var waitersMax = 256
        /// Seconds after which those come again.
        public var retrySeconds = 2

        /// As usual.
        public init() {}
    }

    /// A budget; what is not named is as usual.
    public init(
        bodyBytes: Int = 48 << 20, columnBytes: Int = 32 << 20, changeBytes: Int = 48 << 20,
        stateBytes: Int = 32 << 20, smallChangeBytes: Int = 256 << 10,
        smallBodyBytes: Int = 64 << 10, columnPushBytes: Int = 2 << 20,
        request: WireBudget = .request
    ) {
        self.bodyBytes = bodyBytes
        self.columnBytes = columnBytes
        self.changeBytes = changeBytes
        self.stateBytes = stateBytes
        self.smallChangeBytes = smallChangeBytes
        self.smallBodyBytes = smallBodyBytes
        self.columnPushBytes = columnPushBytes
        self.request = request
    }

    /// The usual one.
    public static let standard = DecodingBudget()

    /// Room for one request at a time, which takes all of it however small it is.
    public static let tiny: DecodingBudget = {
        var budget = DecodingBudget(
            bodyBytes: 1, columnBytes: 1, changeBytes: 1, stateBytes: 1, smallChangeBytes: 0,
            smallBodyBytes: 0, columnPushBytes: 1 << 10)
        budget.line.waitersMax = 1
        return budget
    }()

    /// A long push can honestly be shortened by this factor.
    private static let columnsShortenBy = 64

    /// Bytes that may come out of a push in columns.
    func columnBudget(for columnBytes: Int) -> ColumnBudget {
        let (most, isTooMuch) = columnBytes.multipliedReportingOverflow(by: Self.columnsShortenBy)
        return ColumnBudget(
            bytesMax: min(request.bytesMax, isTooMuch ? .max : max(columnPushBytes, most)))
    }
}

/// What a sequence of changes or states holds, found without taking memory for it.
struct SequenceSize: Hashable {
    var items = 0
    var elements = 0
    var bytes = 0

    /// Bytes that a change takes besides its bytes and elements: as it was read, and as it waits for
    /// the writer.
    private static let bytesPerItem = 640
    /// Bytes that an element takes: a field's name with its value.
    private static let bytesPerElement = 64

    /// Bytes of memory that it becomes.
    var memoryBytes: Int {
        bytes + items * Self.bytesPerItem + elements * Self.bytesPerElement
    }

    /// Walks through a sequence. O(bytes).
    ///
    /// - Throws: `SyncFailure.malformed` for what is no deterministic CBOR or exceeds the budget.
    init(
        of sequence: [UInt8], as what: String, itemsMax: Int, within budget: CBORBudget
    ) throws(SyncFailure) {
        bytes = sequence.count
        do {
            (items, elements) = try CBORReader.withReader(over: sequence, within: budget) {
                reader in
                var count = 0
                while !reader.isAtEnd {
                    count += 1
                    guard count <= itemsMax else { throw FormatError.tooLong }
                    try reader.skipItem()
                }
                return (count, budget.elementsMax - reader.elementsLeft)
            }
        } catch {
            throw .malformed(what: what, reason: "\(error)")
        }
    }
}

/// What one request has taken of the rooms.
struct HeldRooms {
    private let rooms: DecodingRooms
    private var stateBytes = 0
    private var columnBytes = 0
    private var changeBytes = 0

    init(_ rooms: DecodingRooms) {
        self.rooms = rooms
    }

    /// Takes room for the sequence that columns become.
    mutating func takeColumns(_ bytes: Int) async throws(SyncFailure) {
        columnBytes += try await rooms.columns.take(bytes)
    }

    /// Takes room for states: there is one for them alone, since a push beside them takes room as well.
    mutating func takeStates(_ size: SequenceSize) async throws(SyncFailure) {
        stateBytes += try await rooms.states.take(size.memoryBytes)
    }

    /// Takes room for changes.
    mutating func takeChanges(_ size: SequenceSize) async throws(SyncFailure) {
        changeBytes += try await rooms.changes.take(size.memoryBytes)
    }

    /// Gives all back.
    mutating func giveBack() {
        rooms.states.giveBack(stateBytes)
        rooms.columns.giveBack(columnBytes)
        rooms.changes.giveBack(changeBytes)
        (stateBytes, columnBytes, changeBytes) = (0, 0, 0)
    }
}

/// States that a device gave, decoded before the writer's turn.
struct GivenStates: Sendable {
    /// By record; of two of one record the later counts.
    private(set) var states: [RecordID: RecordState] = [:]

    /// Reads a sequence of states.
    ///
    /// - Throws: `SyncFailure.malformed`, `.busy`.
    init(
        _ sequence: [UInt8], within budget: WireBudget, _ held: inout HeldRooms
    ) async throws(SyncFailure) {
        let format = budget.format
        let size = try SequenceSize(
            of: sequence, as: "states", itemsMax: budget.pushedChangesMax,
            within: CBORBudget(
                depthMax: format.cbor.depthMax, elementsMax: budget.stateElementsMax))
        try await held.takeStates(size)
        do {
            states = try CBORReader.withReader(over: sequence, within: format.cbor) { reader in
                var states: [RecordID: RecordState] = [:]
                while !reader.isAtEnd {
                    let state = try RecordState(from: &reader, within: format)
                    states[state.id] = state
                }
                return states
            }
        } catch {
            throw .malformed(what: "states", reason: "\(error)")
        }
    }
}
