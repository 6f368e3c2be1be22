import Causality
import Foundation
import Replication
import Testing

/// The original collection, which is no part of the project, where it stands beside the checkout.
@Suite("shared/data/causality-cases.json")
struct SharedCausalityCasesTests {
    private typealias Vector = [String: UInt64]

    private struct Compare: Decodable {
        var id: String
        var left: Vector
        var right: Vector
        var expect: String
    }
    private struct Merge: Decodable {
        var id: String
        var left: Vector
        var right: Vector
        var expect: Vector
    }
    private struct Relation: Decodable {
        var id: String
        var vectors: [String: Vector]
        var expect: [[String]]
    }
    private struct Store: Decodable {
        var id: String
        var ops: [[Item]]
        var expect: [String: [Item]]
    }
    private struct File: Decodable {
        var compare: [Compare]
        var merge: [Merge]
        var relations: [Relation]
        var store: [Store]
    }

    /// A text, a list of texts or a vector: the collection mixes them in one array.
    private enum Item: Decodable {
        case text(String)
        case texts([String])
        case vector(Vector)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                self = .text(try container.decode(String.self))
            } catch is DecodingError {
                do {
                    self = .texts(try container.decode([String].self))
                } catch is DecodingError {
                    self = .vector(try container.decode(Vector.self))
                }
            }
        }

        var text: String? { if case .text(let text) = self { text } else { nil } }
        var texts: [String]? { if case .texts(let texts) = self { texts } else { nil } }
        var vector: Vector? { if case .vector(let vector) = self { vector } else { nil } }
    }

    private static let orders = [
        "EQ": CausalOrder.equal, "LT": .before, "GT": .after, "CC": .concurrent,
    ]

    /// Names that are no numbers are taken by their UTF-8, which keeps them apart.
    private func replica(_ name: String) -> ReplicaID {
        ReplicaID(UInt64(name) ?? name.utf8.reduce(0) { $0 << 8 | UInt64($1) })
    }

    private func vector(_ vector: Vector) -> VersionVector {
        VersionVector(vector.map { Dot(replica($0.key), $0.value) })
    }

    private func file() throws -> File? {
        let path = VectorFile.shared.appending(path: "data/causality-cases.json")
        guard FileManager.default.fileExists(atPath: path.path()) else {
            print("not checked: \(path.path()) is not there; set DOSSIER_SHARED to its folder")
            return nil
        }
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
    }

    @Test("Comparisons, relations and merges come out as collected")
    func vectors() throws {
        guard let file = try file() else { return }
        #expect(file.compare.count >= 19 && file.merge.count >= 11 && file.relations.count >= 4)
        for row in file.compare {
            let order = vector(row.left).compare(to: vector(row.right))
            #expect(order == Self.orders[row.expect], "\(row.id)")
        }
        for row in file.merge {
            let merged = vector(row.left).merged(with: vector(row.right))
            #expect(merged == vector(row.expect), "\(row.id)")
        }
        for row in file.relations {
            for relation in row.expect {
                let left = vector(try #require(row.vectors[relation[0]]))
                let right = vector(try #require(row.vectors[relation[2]]))
                #expect(left.compare(to: right) == Self.orders[relation[1]], "\(row.id)")
            }
        }
    }

    @Test("Stores end with the values and vectors collected")
    func stores() throws {
        guard let file = try file() else { return }
        #expect(file.store.count >= 7)
        for row in file.store {
            var store = FieldStore()
            for step in row.ops {
                let server = replica(try #require(step[1].text))
                switch step[0].text {
                case "PUT":
                    let seen = vector(try #require(step[3].vector))
                    try store.write(#require(step[2].text), at: server, seen: seen)
                case "SYNC":
                    try store.send(from: server, to: replica(#require(step[2].text)))
                case "CHK":
                    let seen = vector(try #require(step[3].vector))
                    try store.check(server, holds: #require(step[2].texts), seen, "\(row.id)")
                default: Issue.record("\(row.id): unknown step")
                }
            }
            for (server, holding) in row.expect {
                let (values, seen) = (try #require(holding[0].texts), holding[1].vector)
                try store.check(
                    replica(server), holds: values, vector(#require(seen)), "\(row.id)")
            }
        }
    }
}
