// A file that is not what its sender wrote is refused before anything of it is taken, and named.

import CentralEngine
import CounterEngine
import CounterFiles
import Foundation
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

@Suite("Damaged, mixed and missing files of bundles")
struct BundleDamageTests {
    private let fleet: Fleet
    private let counter: TestCounter

    init() async throws {
        fleet = try Fleet()
        counter = try await fleet.enrol("A")
        _ = try counter.make([FieldWrite("officer", .text("Lan"))])
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func write(_ bytes: [UInt8]) throws -> String {
        let path = fleet.newBundleName()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Whether whoever gets the file refuses it; a failure of a bundle must name the file.
    private func isRefused(
        _ path: String, _ apply: ([String]) async throws -> Void
    ) async throws -> Bool {
        do {
            try await apply([path])
            return false
        } catch let failure as BundleFailure {
            #expect("\(failure)".contains(path))
            return true
        } catch is SyncFailure {
            return true  // the head names a device that central does not know
        }
    }

    private func expectRefused(
        _ original: String, _ apply: ([String]) async throws -> Void
    ) async throws {
        let whole = try bytes(original)
        for place in whole.indices {
            var altered = whole
            altered[place] ^= UInt8(1 << (place % 8))
            let path = try write(altered)
            let isRefused = try await isRefused(path, apply)
            #expect(isRefused, "byte \(place)")
            try FileManager.default.removeItem(atPath: path)
        }
        for count in 0..<whole.count {
            let path = try write(Array(whole.prefix(count)))
            let isRefused = try await isRefused(path, apply)
            #expect(isRefused, "cut to \(count)")
            try FileManager.default.removeItem(atPath: path)
        }
        let longer = try write(whole + [0])
        #expect(try await isRefused(longer, apply))
    }

    @Test("a bundle for central, altered at any byte, cut to any length or longer, is refused")
    func damagedUp() async throws {
        let asked = try await fleet.bundle(from: counter)
        try await expectRefused(asked[0]) { _ = try await fleet.answer($0) }
        #expect(try fleet.readCentral { try $0.device(counter.replica)?.seq } == 0)
        #expect(try await counter.apply(fleet.answer(asked)).report.outcome == .synced)
    }

    @Test("central's reply, altered at any byte, cut to any length or longer, is refused")
    func damagedDown() async throws {
        let answered = try await fleet.answer(try await fleet.bundle(from: counter))
        let before = try counter.states()
        try await expectRefused(answered[0]) { _ = try await counter.apply($0) }
        let identity = try counter.read { try $0.enrolledIdentity().identity }
        #expect(identity.pendingCount == 1 && identity.cursor == nil)
        #expect(try counter.states() == before)
        #expect(try await counter.apply(answered).report.outcome == .synced)
    }

    /// Dossiers whose names no compression makes shorter.
    private func makeDossiers(_ count: Int, words: Int) throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<count {
            let text = (0..<words).map { _ in String(random.next(), radix: 36) }.joined()
            _ = try counter.make([FieldWrite("applicant_name", .text(text))])
        }
    }

    private func split() async throws -> [String] {
        try makeDossiers(60, words: 6)
        return try await fleet.bundle(from: counter, partBytes: BundleLimits.partSizeMin)
    }

    @Test(
        "of a large file whose last byte is altered nothing is taken, not even what stands before")
    func alteredAtItsEnd() async throws {
        try makeDossiers(1_200, words: 12)
        var options = SyncOptions()
        (options.pushBytes, options.pullBytes) = (20_000, 20_000)
        func altered(_ path: String) throws -> String {
            var whole = try bytes(path)
            #expect(whole.count > 2 * BundleBodyWriter.chunkByteCount)
            whole[whole.count - 1] ^= 1
            return try write(whole)
        }
        let asked = try await fleet.bundle(from: counter, options)
        let wrong = try altered(asked[0])
        let failure = await #expect(throws: BundleFailure.self) { try await fleet.answer([wrong]) }
        #expect(failure == .damaged(file: wrong, .altered))
        #expect(try fleet.readCentral { try $0.device(counter.replica)?.seq } == 0)
        #expect(try await counter.apply(fleet.answer(asked)).report.outcome == .synced)

        let reader = try await fleet.enrol("A")
        let answered = try await fleet.answer(try await fleet.bundle(from: reader, options))
        let wrongReply = try altered(answered[0])
        let refusal = await #expect(throws: BundleFailure.self) {
            try await reader.apply([wrongReply])
        }
        #expect(refusal == .damaged(file: wrongReply, .altered))
        #expect(try reader.states().isEmpty)
        #expect(try await reader.apply(answered).report.outcome == .synced)
    }

    @Test("parts are no larger than asked for, and are taken in any order, twice too")
    func parts() async throws {
        let asked = try await split()
        #expect(asked.count > 1)
        for path in asked { #expect(try bytes(path).count <= BundleLimits.partSizeMin) }
        let answered = try await fleet.answer(
            asked.reversed() + [asked[0]], partBytes: BundleLimits.partSizeMin)
        #expect(try await counter.apply(answered.reversed()).report.outcome == .synced)
    }

    @Test("a missing part is named by its number, one of another bundle by its file")
    func wrongParts() async throws {
        let asked = try await split()
        let count = UInt64(asked.count)
        let missing = await #expect(throws: BundleFailure.self) {
            try await fleet.answer(Array(asked.dropFirst()))
        }
        #expect(missing == .missingParts(file: asked[1], missing: [1], of: count))
        let other = try await fleet.bundle(from: counter, partBytes: BundleLimits.partSizeMin)
        let mixed = await #expect(throws: BundleFailure.self) {
            try await fleet.answer([asked[0], other[1]])
        }
        #expect(mixed == .otherBundle(file: other[1], first: asked[0]))
        #expect(try fleet.readCentral { try $0.device(counter.replica)?.seq } == 0)
    }

    @Test("nothing is overwritten, and a bundle that cannot be written leaves no file")
    func destination() async throws {
        let taken = try write([1, 2, 3])
        let session = try CounterSession(path: counter.path, transport: NoLink())
        let failure = await #expect(throws: BundleFailure.self) {
            try await session.createBundle(into: fleet.bundleDestination(taken))
        }
        guard case .cannotCreate(let file, _)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(file == taken)
        #expect(try bytes(taken) == [1, 2, 3])
        // The second part's name is taken: the first goes again.
        let name = fleet.newBundleName()
        try Data([7]).write(to: URL(fileURLWithPath: name + ".2"))
        _ = try await split()
        await #expect(throws: BundleFailure.self) {
            try await session.createBundle(
                into: fleet.bundleDestination(name, partBytes: BundleLimits.partSizeMin))
        }
        #expect(!FileManager.default.fileExists(atPath: name + ".1"))
        #expect(try bytes(name + ".2") == [7])
    }

    @Test("no file of a bundle shows what is in it")
    func sealed() async throws {
        let asked = try await fleet.bundle(from: counter)
        let answered = try await fleet.answer(asked)
        for path in asked + answered {
            let content = try bytes(path)
            for word in ["officer", "Lan", "Office"] {
                #expect(!String(decoding: content, as: UTF8.self).contains(word))
            }
        }
    }
}
