// What stands before a file's body: magic, format, the head's length, the head, the signature.

public import Crypto

/// The signed head of one file of a bundle.
public struct BundlePrelude: Hashable, Sendable {
    /// What every bundle begins with.
    public static let magic = Array("DSbundle".utf8)
    /// The format that is written here.
    public static let format: UInt8 = 1
    /// Bytes before the head: magic, format, length.
    public static let fixedByteCount = 11
    /// Bytes of a prelude at most.
    public static let byteCountMax =
        fixedByteCount + BundleLimits.headerBytesMax + signatureByteCount
    private static let signatureByteCount = 64

    /// The head.
    public let header: BundleHeader
    /// The sender's Ed25519 signature over it.
    public let signature: [UInt8]
    /// Bytes of the whole prelude: where the body begins.
    public let byteCount: Int

    /// Signs a head.
    public init(_ header: BundleHeader, signedWith key: SigningKey) {
        self.header = header
        signature = key.signature(of: Self.signedBytes(header))
        byteCount = Self.fixedByteCount + header.encoded().count + Self.signatureByteCount
    }

    /// Reads what stands at the start of a file.
    ///
    /// - Parameter file: the file's name, for the failure.
    /// - Throws: `BundleFailure.notABundle`, `.unsupportedFormat`, `.damaged`.
    public init(readingFrom bytes: [UInt8], file: String) throws(BundleFailure) {
        guard bytes.prefix(Self.magic.count) == Self.magic[...].prefix(bytes.count),
            !bytes.isEmpty
        else { throw .notABundle(file: file) }
        guard bytes.count >= Self.fixedByteCount else { throw .damaged(file: file, .cutShort) }
        guard bytes[8] == Self.format else {
            throw .unsupportedFormat(file: file, found: bytes[8])
        }
        let count = Int(bytes[9]) << 8 | Int(bytes[10])
        guard count <= BundleLimits.headerBytesMax else {
            throw .damaged(file: file, .unreadableHead)
        }
        let end = Self.fixedByteCount + count
        guard bytes.count >= end + Self.signatureByteCount else {
            throw .damaged(file: file, .cutShort)
        }
        guard let header = BundleHeader(encoded: Array(bytes[Self.fixedByteCount..<end])) else {
            throw .damaged(file: file, .unreadableHead)
        }
        self.header = header
        signature = Array(bytes[end..<(end + Self.signatureByteCount)])
        byteCount = end + Self.signatureByteCount
    }

    /// Whether the head was signed with the secret half of a key.
    public func isSigned(by key: PublicKey) -> Bool {
        key.isValid(signature: signature, of: Self.signedBytes(header))
    }

    /// The bytes of the prelude.
    public func encoded() -> [UInt8] {
        let head = header.encoded()
        precondition(head.count <= BundleLimits.headerBytesMax, "a head has a bounded length")
        return Self.magic + [Self.format, UInt8(head.count >> 8), UInt8(head.count & 0xFF)] + head
            + signature
    }

    private static func signedBytes(_ header: BundleHeader) -> [UInt8] {
        Array("dossiersync bundle head 1".utf8) + [format] + header.encoded()
    }
}
