// Reads a bundle from its files. First all heads, then every signature and hash, then the body: what is
// not whole, or not from whom it says, is refused before anything of it is applied.

internal import Causality
package import Crypto
internal import Text
package import Wire

/// The files of one bundle, in the order of its parts.
package struct BundleSource {
    private struct Part {
        var path: String
        var prelude: BundlePrelude
    }

    package let envelope: BundleEnvelope
    /// Bytes of all files.
    package private(set) var byteCount = 0
    private var parts: [Part] = []

    /// The file that failures of the whole bundle name.
    package var firstPath: String { parts.first?.path ?? "" }

    /// Reads the heads of the files.
    ///
    /// - Parameter paths: in any order; at least one.
    /// - Throws: `BundleFailure`.
    package init(_ paths: [String], _ direction: BundleDirection) throws(BundleFailure) {
        var byNumber: [UInt64: Part] = [:]
        var first: Part?
        for path in paths {
            let part = Part(path: path, prelude: try Self.prelude(path))
            let header = part.prelude.header
            guard header.envelope.direction == direction else {
                throw .wrongDirection(
                    file: path, isForCentral: header.envelope.direction == .up)
            }
            let known = first ?? part
            guard header.envelope == known.prelude.header.envelope,
                header.partCount == known.prelude.header.partCount,
                byNumber[header.part]?.prelude.header ?? header == header
            else { throw .otherBundle(file: path, first: known.path) }
            first = known
            // The same part twice, from two copies of it, is one.
            if byNumber[header.part] == nil { byNumber[header.part] = part }
        }
        guard let first else { throw .unreadable(file: "", reason: "no file was given") }
        let count = first.prelude.header.partCount
        let missing = (1...count).filter { byNumber[$0] == nil }
        guard missing.isEmpty else {
            throw .missingParts(file: first.path, missing: missing, of: count)
        }
        envelope = first.prelude.header.envelope
        parts = (1...count).compactMap { byNumber[$0] }
        byteCount = parts.reduce(0) {
            $0 + $1.prelude.byteCount + Int($1.prelude.header.bodyByteCount)
        }
    }

    /// Checks that the sender signed every file, and that each holds what was signed.
    ///
    /// - Throws: `BundleFailure.damaged`, `.unreadable`.
    package func verify(signedBy key: PublicKey) throws(BundleFailure) {
        for part in parts {
            guard part.prelude.isSigned(by: key) else { throw .damaged(file: part.path, .altered) }
            let file = try File(reading: part.path)
            var hash = BundleBodyHash()
            var offset = part.prelude.byteCount
            let end = offset + Int(part.prelude.header.bodyByteCount)
            while offset < end {
                let block = try file.read(
                    min(BundleBodyHash.blockByteCount, end - offset), at: offset)
                guard !block.isEmpty else { throw .damaged(file: part.path, .cutShort) }
                hash.append(block: block)
                offset += block.count
            }
            guard hash.value == part.prelude.header.bodyHash else {
                throw .damaged(file: part.path, .altered)
            }
        }
    }

    /// Opens the body.
    ///
    /// - Throws: `BundleFailure.damaged`, `.unreadable`.
    package func open(with key: SigningKey) throws(BundleFailure) -> BundleBodyReader {
        let parts = parts
        var place = 0
        var offset = 0
        return try BundleBodyReader(envelope, openedWith: key, file: firstPath) {
            (count) throws(BundleFailure) in
            var bytes: [UInt8] = []
            while bytes.count < count, place < parts.count {
                let part = parts[place]
                let rest = Int(part.prelude.header.bodyByteCount) - offset
                let file = try File(reading: part.path)
                let read = try file.read(
                    min(count - bytes.count, rest), at: part.prelude.byteCount + offset)
                guard read.count == min(count - bytes.count, rest) else {
                    throw .damaged(file: part.path, .cutShort)
                }
                bytes += read
                offset += read.count
                if offset == Int(part.prelude.header.bodyByteCount) {
                    (place, offset) = (place + 1, 0)
                }
            }
            return bytes
        }
    }

    private static func prelude(_ path: String) throws(BundleFailure) -> BundlePrelude {
        let file = try File(reading: path)
        let prelude = try BundlePrelude(
            readingFrom: file.read(BundlePrelude.byteCountMax, at: 0), file: path)
        let expected = prelude.byteCount + Int(prelude.header.bodyByteCount)
        let found = try file.byteCount()
        guard found >= expected else { throw .damaged(file: path, .cutShort) }
        guard found == expected else { throw .damaged(file: path, .tooLong) }
        return prelude
    }
}

extension BundleBodyReader {
    /// What the bundle says of itself: its first frame.
    ///
    /// - Throws: `BundleFailure.damaged`.
    package mutating func introduction(_ file: String) throws(BundleFailure) -> BundleIntroduction {
        guard let frame = try next() else {
            throw .damaged(file: file, .malformed(reason: "it is empty"))
        }
        do throws(SyncFailure) {
            return try BundleIntroduction(encoded: frame)
        } catch {
            throw .damaged(file: file, .malformed(reason: error.message.english))
        }
    }
}
