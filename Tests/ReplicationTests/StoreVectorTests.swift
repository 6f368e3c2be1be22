import Causality
import Replication
import Testing

@Suite("Protocol/vectors/causality.json: stores and limits")
struct StoreVectorTests {
    private struct Holding: Decodable {
        var values: [String]
        var vector: [String: String]
    }

    private struct Step: Decodable {
        var step: String
        var replica: String
        var value: String?
        var seen: [String: String]?
        var to: String?
        var holds: Holding?
    }

    private struct Store: Decodable {
        var name: String
        var steps: [Step]
        var finally: [String: Holding]
    }

    private struct Comparison: Decodable {
        var name: String
        var left: [String: String]
        var right: [String: String]
        var outsideFormat: Bool?
    }

    private struct File: Decodable {
        var comparisons: [Comparison]
        var stores: [Store]
    }

    private func replica(_ text: String) throws -> ReplicaID {
        ReplicaID(try #require(UInt64(text), "\(text) is no unsigned number"))
    }

    private func vector(_ entries: [String: String]) throws -> VersionVector {
        VersionVector(
            try entries.map { Dot(try replica($0), try #require(UInt64($1), "\($1)")) })
    }

    @Test("Writes with contexts and joins leave every replica with the values and vector stated")
    func stores() throws {
        let file: File = try VectorFile.read("causality.json")
        #expect(file.stores.count == 7)
        for row in file.stores {
            var store = FieldStore()
            for step in row.steps {
                let place = try replica(step.replica)
                switch step.step {
                case "write":
                    let seen = try vector(#require(step.seen))
                    try store.write(#require(step.value), at: place, seen: seen)
                case "send":
                    try store.send(from: place, to: replica(#require(step.to)))
                case "check":
                    let holds = try #require(step.holds)
                    try store.check(
                        place, holds: holds.values, vector(holds.vector), "\(row.name)")
                default: Issue.record("\(row.name): \(step.step) is no step")
                }
            }
            #expect(!row.finally.isEmpty)
            for (place, holds) in row.finally {
                try store.check(
                    replica(place), holds: holds.values, vector(holds.vector), "\(row.name)")
            }
        }
    }

    @Test("Vectors pass through a change's context, but for those marked as outside the format")
    func contexts() throws {
        let file: File = try VectorFile.read("causality.json")
        #expect(file.comparisons.filter { $0.outsideFormat == true }.count == 1)
        for row in file.comparisons {
            for entries in [row.left, row.right] {
                let context = try vector(entries)
                let change = Change(
                    dot: Dot(ReplicaID(1_000), 1), clock: HybridTimestamp(rawValue: 1),
                    kind: .dossier, record: RandomHistory.record, context: context, writes: [])
                let bytes = change.canonicalBytes
                if row.outsideFormat == true {
                    #expect(refusalOfChange(bytes) == .member, "\(row.name)")
                } else {
                    #expect(try Change(canonicalBytes: bytes).context == context, "\(row.name)")
                }
            }
        }
    }
}
