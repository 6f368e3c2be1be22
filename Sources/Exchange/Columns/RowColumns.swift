// The columns of dots and of clocks, as the encoder gathers them and the decoder takes them apart.

internal import Causality
internal import Crypto
internal import Replication

/// Dots: the number of the replica, and the seq from the one after that replica's last in the batch.
struct DotColumns {
    /// The replicas; the first is the one that both ends know.
    private(set) var replicas: [UInt64]
    private var numbers: [UInt64: UInt64]
    private var nextSeqs: [UInt64]
    private var replicaNumbers: [UInt64] = []
    private var seqs: [UInt64] = []

    init(_ replica: ReplicaID) {
        replicas = [replica.rawValue]
        numbers = [replica.rawValue: 0]
        nextSeqs = [1]
    }

    mutating func expect(_ seq: UInt64) {
        nextSeqs[0] = seq
    }

    mutating func number(of replica: ReplicaID) -> UInt64 {
        if let number = numbers[replica.rawValue] { return number }
        let number = UInt64(replicas.count)
        numbers[replica.rawValue] = number
        replicas.append(replica.rawValue)
        nextSeqs.append(1)
        return number
    }

    mutating func add(_ dot: Dot) {
        let number = number(of: dot.replica)
        replicaNumbers.append(number)
        seqs.append(Int64(bitPattern: dot.seq &- nextSeqs[Int(number)]).folded)
        nextSeqs[Int(number)] = dot.seq &+ 1
    }

    func write(to writer: inout ColumnWriter) {
        NumberColumn.write(replicaNumbers, to: &writer)
        NumberColumn.write(seqs, to: &writer)
    }
}

/// Rebuilds dots.
struct DotCursor {
    let replicas: [UInt64]
    private var nextSeqs: [UInt64]
    private var replicaNumbers: NumberCursor
    private var seqs: NumberCursor

    init(
        count: Int, replicas: [UInt64], firstSeq: UInt64, from reader: inout ColumnReader
    ) throws(ColumnError) {
        self.replicas = replicas
        nextSeqs = [UInt64](repeating: 1, count: replicas.count)
        nextSeqs[0] = firstSeq
        replicaNumbers = try NumberCursor(count: count, from: &reader)
        seqs = try NumberCursor(count: count, from: &reader)
    }

    mutating func next() throws(ColumnError) -> Dot {
        let number = try replicaNumbers.nextCount(max: replicas.count - 1)
        let step = UInt64(bitPattern: Int64(unfolding: try seqs.next()))
        let seq = nextSeqs[number] &+ step
        nextSeqs[number] = seq &+ 1
        return Dot(ReplicaID(replicas[number]), seq)
    }
}

/// Clocks: milliseconds from the clock before, and the counter from what follows from it: the next
/// one within a millisecond, else 0.
struct ClockColumns {
    private var first: UInt64?
    private var previous: UInt64 = 0
    private var steps: [UInt64] = []
    private var counters: [UInt64] = []

    /// Adds a clock; returns its milliseconds.
    mutating func add(_ clock: UInt64) -> Int64 {
        let milliseconds = clock >> 16
        let before = first == nil ? milliseconds : previous >> 16
        let step = Int64(milliseconds) - Int64(before)
        let expected = Self.counter(after: first == nil ? nil : previous, step: step)
        if first == nil { first = milliseconds }
        steps.append(step.folded)
        counters.append((Int64(clock & 0xFFFF) - expected).folded)
        previous = clock
        return Int64(milliseconds)
    }

    static func counter(after previous: UInt64?, step: Int64) -> Int64 {
        guard let previous, step == 0 else { return 0 }
        return Int64(previous & 0xFFFF) + 1
    }

    func write(to writer: inout ColumnWriter) {
        guard let first else { return }
        writer.number(first)
        NumberColumn.write(steps, to: &writer)
        NumberColumn.write(counters, to: &writer)
    }
}

/// Rebuilds clocks.
struct ClockCursor {
    private var milliseconds: UInt64 = 0
    private var previous: UInt64?
    private var steps: NumberCursor
    private var counters: NumberCursor

    init(count: Int, from reader: inout ColumnReader) throws(ColumnError) {
        if count > 0 { milliseconds = try reader.number() }
        steps = try NumberCursor(count: count, from: &reader)
        counters = try NumberCursor(count: count, from: &reader)
    }

    mutating func next() throws(ColumnError) -> UInt64 {
        let step = Int64(unfolding: try steps.next())
        milliseconds = milliseconds &+ UInt64(bitPattern: step)
        let expected = ClockColumns.counter(after: previous, step: step)
        let counter = expected &+ Int64(unfolding: try counters.next())
        guard milliseconds < 1 << 48, (0...0xFFFF).contains(counter) else { throw .range }
        let clock = milliseconds << 16 | UInt64(counter)
        previous = clock
        return clock
    }
}

/// The dot of a context that names the record: the writer's own, else the first.
enum NamingDot {
    static func of(_ context: [Dot], by replica: ReplicaID) -> Dot? {
        context.first { $0.replica == replica } ?? context.first
    }

    /// What has been seen of a record by whoever has seen a change to it with its context.
    static func context(after dot: Dot, seen: [Dot]) -> [Dot] {
        guard let place = seen.firstIndex(where: { $0.replica >= dot.replica }) else {
            return seen + [dot]
        }
        var context = seen
        if seen[place].replica == dot.replica {
            context[place] = dot
        } else {
            context.insert(dot, at: place)
        }
        return context
    }
}

/// The ids of records that a push makes, worked out as far as somebody asks.
struct LazyChain {
    /// A change of the push.
    private struct Link {
        var range: Range<Int>
        var clock: HybridTimestamp
        var idRule: RecordIDRule
        /// Whether it has no place in columns: then it may be one whose content was erased.
        var isRaw: Bool
    }

    private var links: [Link] = []
    private var chain: HashChain
    private var records: [RecordID] = []

    init(seq: UInt64 = 0, hash: Hash256 = .zero) {
        chain = HashChain(seq: seq, hash: hash)
    }

    /// How many changes there are, those as they are included.
    var count: Int { links.count }

    /// Adds the change that stands there.
    mutating func add(_ range: Range<Int>, _ change: FoundChange) {
        links.append(
            Link(
                range: range, clock: HybridTimestamp(rawValue: change.clock),
                idRule: change.idRule, isRaw: false))
    }

    /// Adds one that has no place in columns; nobody asks for its record.
    mutating func addRaw(_ range: Range<Int>) {
        links.append(
            Link(
                range: range, clock: HybridTimestamp(rawValue: 0), idRule: .chain, isRaw: true))
    }

    mutating func record(at place: Int, in source: UnsafeRawBufferPointer) -> RecordID {
        while records.count <= place {
            let link = links[records.count]
            let bytes = UnsafeRawBufferPointer(rebasing: source[link.range])
            chain.append(
                innerHash: link.isRaw
                    ? Change.innerHash(of: bytes) : Hash256(hashing: bytes))
            records.append(RecordID(by: link.idRule, from: chain.hash, at: link.clock))
        }
        return records[place]
    }
}

/// Follows the chains of replicas through items, for ids that need not be written.
struct ChainRuns {
    enum Run {
        case outside
        case continued
        /// The id follows from a hash before the change, which has to be written.
        case begun(Hash256)
    }

    private var chains: [ReplicaID: HashChain] = [:]
    private var lastMade: Dot?

    /// Notes a change.
    mutating func note(
        _ change: FoundChange, _ bytes: UnsafeRawBufferPointer, madeID: RecordID?,
        _ hashAfter: (Dot) throws -> Hash256?
    ) rethrows -> Run {
        let dot = change.dot
        func id(_ chain: HashChain) -> RecordID {
            RecordID(
                by: change.idRule, from: chain.hash, at: HybridTimestamp(rawValue: change.clock))
        }
        let previous = Dot(dot.replica, dot.seq &- 1)
        defer { lastMade = madeID == nil ? nil : dot }
        var run = Run.outside
        if var chain = chains[dot.replica], chain.seq == previous.seq {
            chain.append(bytes)
            chains[dot.replica] = chain
            guard let madeID else { return .outside }
            guard id(chain) == madeID else {
                end(dot.replica)
                return .outside
            }
            run = .continued
        } else if let madeID, lastMade == previous, let before = try hashAfter(previous) {
            // A second record after another: more are likely to come, and the hash pays.
            var chain = HashChain(seq: previous.seq, hash: before)
            chain.append(bytes)
            guard id(chain) == madeID else {
                end(dot.replica)
                return .outside
            }
            chains[dot.replica] = chain
            run = .begun(before)
        } else {
            end(dot.replica)
        }
        return run
    }

    /// The reader cannot follow a replica's chain any more.
    mutating func end(_ replica: ReplicaID) {
        chains[replica] = nil
    }

    /// The reader cannot follow any chain any more.
    mutating func end() {
        chains = [:]
        lastMade = nil
    }
}
