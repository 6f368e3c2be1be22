// Writes a bundle into one file, or into parts. The sealed body goes to a nameless file in the home
// directory first: only then is known how many parts there are and what their hashes are, and the
// medium, often a small stick, needs room for the bundle once only.

package import Crypto
internal import Glibc
public import Wire

/// Where a bundle goes.
public struct BundleDestination: Sendable {
    /// The file; parts are FILE.1, FILE.2 and so on.
    public var path: String
    /// Bytes of a part's file at most; `nil` for one file, however large.
    public var partByteCount: Int?
    /// A folder on a disk with room, for the time of writing.
    public var scratchFolder: String

    /// Names a destination.
    public init(path: String, partByteCount: Int? = nil, scratchFolder: String) {
        self.path = path
        self.partByteCount = partByteCount
        self.scratchFolder = scratchFolder
    }

    /// The file of a part.
    package func path(ofPart part: Int) -> String {
        partByteCount == nil ? path : "\(path).\(part)"
    }

    /// Makes sure that nothing stands in the way, before there is work that would be lost.
    ///
    /// - Throws: `BundleFailure.cannotCreate`.
    public func requireFree() throws(BundleFailure) {
        let first = path(ofPart: 1)
        guard access(first, F_OK) != 0 else {
            throw .cannotCreate(file: first, reason: "there is a file of that name already")
        }
        let folder = File.folder(of: first)
        guard access(folder, W_OK) == 0 else {
            throw .cannotCreate(file: first, reason: File.reason(errno))
        }
    }
}

/// The files of a bundle that was written.
public struct WrittenBundle: Sendable {
    /// Its name.
    public var id: BundleID
    /// Its files, in the order of the parts.
    public var files: [String]
    /// Bytes of all of them.
    public var byteCount: Int
}

/// Seals frames and writes them.
package struct BundleWriter {
    private let destination: BundleDestination
    private let envelope: BundleEnvelope
    private let sender: SigningKey
    private let scratch: File
    private var body: BundleBodyWriter
    private var bodyByteCount = 0

    /// Begins a bundle.
    ///
    /// - Throws: `BundleFailure.cannotCreate`, `.writeFailed`.
    package init(
        _ envelope: BundleEnvelope, from sender: SigningKey, to receiver: PublicKey,
        into destination: BundleDestination, _ random: any RandomSource
    ) throws(BundleFailure) {
        try destination.requireFree()
        guard let body = BundleBodyWriter(envelope, for: receiver, random) else {
            throw .needsLink(.unknownKey)
        }
        let name = destination.scratchFolder + "/bundle-" + Hexadecimal.text(random.bytes(8))
        let scratch = try File(creating: name)
        // Nameless from here on: it goes with the process, however that ends.
        unlink(name)
        self.scratch = scratch
        self.body = body
        self.destination = destination
        self.envelope = envelope
        self.sender = sender
        try write(body.start)
    }

    /// Adds a frame.
    ///
    /// - Throws: `BundleFailure.writeFailed`; `SyncFailure.tooLarge`.
    package mutating func add(_ frame: [UInt8]) throws {
        try write(body.add(frame))
    }

    /// Writes the files; when this returns they are on the medium.
    ///
    /// - Throws: `BundleFailure`; then there is no file of it.
    package mutating func finish() throws(BundleFailure) -> WrittenBundle {
        try write(body.finish())
        let capacity = destination.partByteCount.map { $0 - BundlePrelude.byteCountMax }
        let partBytes = max(1, capacity ?? bodyByteCount)
        let count = max(1, (bodyByteCount + partBytes - 1) / partBytes)
        guard count <= Int(BundleLimits.partsMax) else {
            throw .cannotCreate(
                file: destination.path(ofPart: 1),
                reason: "it would have \(count) parts, and \(BundleLimits.partsMax) are the most")
        }
        var written = WrittenBundle(id: envelope.id, files: [], byteCount: 0)
        do throws(BundleFailure) {
            for part in 0..<count {
                let start = part * partBytes
                let path = destination.path(ofPart: part + 1)
                let file = try File(creating: path)
                written.files.append(path)
                written.byteCount += try write(
                    part: part + 1, of: count, start..<min(start + partBytes, bodyByteCount),
                    into: file)
            }
            try File.syncFolder(of: destination.path(ofPart: 1))
        } catch {
            for path in written.files { unlink(path) }
            throw error
        }
        return written
    }

    private mutating func write(_ bytes: [UInt8]) throws(BundleFailure) {
        try scratch.write(bytes)
        bodyByteCount += bytes.count
    }

    /// - Returns: bytes of the part's file.
    private func write(
        part: Int, of count: Int, _ range: Range<Int>, into file: File
    ) throws(BundleFailure) -> Int {
        var hash = BundleBodyHash()
        try forEachBlock(in: range) { (block) throws(BundleFailure) in hash.append(block: block) }
        let prelude = BundlePrelude(
            BundleHeader(
                envelope: envelope, part: UInt64(part), partCount: UInt64(count),
                bodyByteCount: UInt64(range.count), bodyHash: hash.value),
            signedWith: sender)
        try file.write(prelude.encoded())
        try forEachBlock(in: range) { (block) throws(BundleFailure) in try file.write(block) }
        try file.sync()
        return prelude.byteCount + range.count
    }

    private func forEachBlock(
        in range: Range<Int>, _ body: ([UInt8]) throws(BundleFailure) -> Void
    ) throws(BundleFailure) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let block = try scratch.read(
                min(BundleBodyHash.blockByteCount, range.upperBound - offset), at: offset)
            guard !block.isEmpty else {
                throw .writeFailed(file: destination.path, reason: "the scratch file has shrunk")
            }
            try body(block)
            offset += block.count
        }
    }
}
