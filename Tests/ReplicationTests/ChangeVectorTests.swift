import CBOR
import Causality
import Crypto
import Replication
import Testing

@Suite("Protocol/vectors/changes.json")
struct ChangeVectorTests {
    private struct File: Codable, Equatable {
        struct Row: Codable, Equatable {
            var name: String
            var bytes: String
            var diagnostic: String
            var innerHash: String
            var chainHash: String
            var record: String
            var makesRecord: Bool
        }
        struct Refused: Codable, Equatable {
            var name: String
            var bytes: String
            var fault: String
        }
        var about: [String]
        var chain: [Row]
        var refused: [Refused]
    }

    private static let name = "changes.json"

    private func made() throws -> File {
        let chain = try SampleChanges.chain().map { sample in
            File.Row(
                name: sample.name, bytes: Hexadecimal.text(sample.bytes),
                diagnostic: try CBORValue(decoding: sample.bytes).diagnosticNotation,
                innerHash: "\(sample.innerHash)", chainHash: "\(sample.chain.hash)",
                record: "\(sample.record)", makesRecord: sample.change.record == nil)
        }
        let refused = MalformedChanges.all.map {
            File.Refused(name: $0.name, bytes: Hexadecimal.text($0.bytes), fault: $0.fault)
        }
        return File(
            about: [
                "chain: the changes of one replica from its first, as hexadecimal canonical bytes",
                "and in CBOR diagnostic notation. innerHash is BLAKE2b-256(bytes), or what member 10",
                "has; chainHash is",
                "BLAKE2b-256(chainHash before, or 32 zero bytes, then innerHash). A change without",
                "member 4 makes a record: its id is the first 16 bytes of chainHash with version 8",
                "and the variant of RFC 9562; with member 12 the first six of these are the clock's",
                "milliseconds, and the version is 7. refused: bytes that are no canonical change. fault:",
                "cbor, not deterministic CBOR or of another type; member, missing or out of range;",
                "record, not 16 bytes; order, keys, fields or replicas not ascending. Names of",
                "fields are ASCII.",
            ],
            chain: chain, refused: refused)
    }

    @Test("The code makes the file's changes, hashes and ids again, and refuses the same bytes")
    func regenerated() throws {
        let made = try made()
        try VectorFile.rewriteIfAsked(Self.name, made)
        let file: File = try VectorFile.read(Self.name)
        #expect(file.about == made.about)
        #expect(file.chain.count == made.chain.count)
        for (stored, row) in zip(file.chain, made.chain) { #expect(stored == row) }
        #expect(file.refused.count == made.refused.count)
        for (stored, row) in zip(file.refused, made.refused) { #expect(stored == row) }
    }

    @Test("The file's changes are read and written again, and chain to the file's hashes")
    func readBack() throws {
        let file: File = try VectorFile.read(Self.name)
        #expect(file.chain.count == 12)
        var chain = HashChain()
        for row in file.chain {
            let bytes = try #require(Hexadecimal.bytes(row.bytes))
            let change = try Change(canonicalBytes: bytes)
            #expect(change.canonicalBytes == bytes, "\(row.name)")
            chain.append(innerHash: change.innerHash)
            if change.erasedContent == nil {
                #expect(change.innerHash == Hash256(hashing: bytes), "\(row.name)")
            }
            #expect(change.dot.seq == chain.seq, "\(row.name)")
            #expect("\(chain.hash)" == row.chainHash, "\(row.name)")
            let record = change.recordID(after: chain.hash)
            #expect("\(record)" == row.record, "\(row.name)")
        }
        #expect(file.refused.count > 40)
        for row in file.refused {
            let bytes = try #require(Hexadecimal.bytes(row.bytes))
            #expect(refusalOfChange(bytes)?.name == row.fault, "\(row.name)")
        }
    }
}
