internal import CZstd

/// The zstd content coding (RFC 8878) of bodies, with a bound on what comes out.
public enum Compression {
    /// The name in `Content-Encoding`.
    public static let contentCoding = "zstd"
    /// The level when the link is not known to be slow.
    public static let levelDefault: Int32 = 3
    /// The level when the link is slow: it takes 0.1 s for each MiB of changes in columns, which
    /// 64 kbit/s carry in 6 s.
    public static let levelForSlowLinks: Int32 = 19

    /// The nearest level that stays within `WireLimits.zstdWindowLogMax`: 1 to 19.
    public static func clamped(_ level: Int32) -> Int32 {
        min(max(level, 1), levelForSlowLinks)
    }

    /// A body as it goes out: as one zstd frame if that is smaller; `nil` if it is not.
    ///
    /// - Parameter level: for a body that is not small; a small one gets the highest.
    /// - Parameter dictionary: for a small one.
    /// - Throws: as `compressed`.
    public static func packed(
        body bytes: [UInt8], level: Int32, dictionary: CompressionDictionary?
    ) throws(SyncFailure) -> [UInt8]? {
        guard bytes.count >= WireLimits.compressionBytesMin else { return nil }
        let isSmall = bytes.count <= WireLimits.smallBodyBytesMax
        let frame = try compressed(
            bytes, level: isSmall ? levelForSlowLinks : level,
            dictionary: isSmall ? dictionary : nil)
        return frame.count < bytes.count ? frame : nil
    }

    /// The bytes as one zstd frame.
    ///
    /// - Parameter level: without a dictionary; with one it is `levelForSlowLinks`.
    /// - Parameter dictionary: one that the reader is known to have.
    /// - Throws: `SyncFailure.malformed` when zstd fails, which only lack of memory can cause.
    public static func compressed(
        _ bytes: [UInt8], level: Int32 = levelDefault, dictionary: CompressionDictionary? = nil
    ) throws(SyncFailure) -> [UInt8] {
        guard let context = ZSTD_createCCtx() else {
            throw .malformed(what: "body", reason: "no memory for zstd")
        }
        defer { ZSTD_freeCCtx(context) }
        let isReady =
            if let dictionary {
                ZSTD_CCtx_refCDict(context, dictionary.writer)
            } else {
                ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
            }
        guard ZSTD_isError(isReady) == 0 else {
            throw .malformed(what: "body", reason: "zstd could not be set up")
        }
        let bound = ZSTD_compressBound(bytes.count)
        var written = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            written = ZSTD_compress2(context, buffer.baseAddress, bound, bytes, bytes.count)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0 else {
            throw .malformed(what: "body", reason: "zstd could not compress it")
        }
        return frame
    }

    /// Bytes of a frame's content, as its header states them.
    ///
    /// - Throws: `SyncFailure.malformed` for bytes that are not one zstd frame, and for a frame that
    ///   does not state its content's size, that wants a window of more than
    ///   `WireLimits.zstdWindowLogMax`, or whose blocks cannot hold what it states; `.tooLarge` past the
    ///   limit. Nothing was decompressed yet.
    public static func contentByteCount(
        of frame: [UInt8], limitBytes: Int
    ) throws(SyncFailure) -> Int {
        let stated = ZSTD_getFrameContentSize(frame, frame.count)
        guard stated != UInt64(bitPattern: -2),  // ZSTD_CONTENTSIZE_ERROR
            let header = FrameHeader(frame)
        else { throw .malformed(what: "body", reason: "it is no zstd frame") }
        guard stated != UInt64(bitPattern: -1) else {  // ZSTD_CONTENTSIZE_UNKNOWN
            throw .malformed(
                what: "body", reason: "the zstd frame does not state the size of its content")
        }
        guard stated <= UInt64(limitBytes) else { throw .tooLarge(limitBytes: limitBytes) }
        let window = header.windowBytes ?? stated
        guard window <= 1 << UInt64(WireLimits.zstdWindowLogMax) else {
            throw .malformed(what: "body", reason: "the zstd frame wants too large a window")
        }
        let end = ZSTD_findFrameCompressedSize(frame, frame.count)
        guard ZSTD_isError(end) == 0, end <= frame.count,
            stated <= UInt64(frame.count / blockHeaderBytes) * blockBytesMax
        else { throw .malformed(what: "body", reason: "the zstd frame is cut short") }
        guard end == frame.count else {
            throw .malformed(what: "body", reason: "bytes follow the zstd frame")
        }
        return Int(stated)
    }

    /// Bytes of a block's header, and of what a block can become (RFC 8878 §3.1.1.2).
    private static let blockHeaderBytes = 3
    private static let blockBytesMax: UInt64 = 128 << 10

    /// The content of one zstd frame, at most `limitBytes` of it. Memory is taken once, by what the
    /// frame states, and decompressing ends there.
    ///
    /// - Throws: as `contentByteCount`; `SyncFailure.unsupportedContent` for a dictionary that is not
    ///   known here.
    public static func decompressed(
        _ frame: [UInt8], limitBytes: Int = WireLimits.decodedBytesMax
    ) throws(SyncFailure) -> [UInt8] {
        let size = try contentByteCount(of: frame, limitBytes: limitBytes)
        let dictionary = try dictionary(of: frame)
        guard let context = ZSTD_createDCtx() else {
            throw .malformed(what: "body", reason: "no memory for zstd")
        }
        defer { ZSTD_freeDCtx(context) }
        var written = 0
        let content = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            if let dictionary {
                written = ZSTD_decompress_usingDDict(
                    context, buffer.baseAddress, size, frame, frame.count, dictionary.reader)
            } else {
                written = ZSTD_decompressDCtx(
                    context, buffer.baseAddress, size, frame, frame.count)
            }
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0, written == size else {
            throw .malformed(what: "body", reason: "the zstd frame is damaged")
        }
        return content
    }

    /// The dictionary that the first frame was written with; `nil` when it was none.
    private static func dictionary(
        of bytes: [UInt8]
    ) throws(SyncFailure) -> CompressionDictionary? {
        let number = ZSTD_getDictID_fromFrame(bytes, bytes.count)
        guard number != 0 else { return nil }
        let dictionary = CompressionDictionary.known.first { $0.number == number }
        guard let dictionary else {
            throw .unsupportedContent(
                reason: "it needs dictionary \(number), which is not known here")
        }
        return dictionary
    }
}

/// What a zstd frame says of its window (RFC 8878 §3.1.1.1).
private struct FrameHeader {
    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// Bytes that the frame may refer back over; `nil` when its one segment is the window.
    let windowBytes: UInt64?

    /// Reads the header; `nil` for bytes that do not begin with one.
    init?(_ frame: [UInt8]) {
        let place = Self.magic.count
        guard frame.count > place + 1, frame.starts(with: Self.magic) else { return nil }
        let isSingleSegment = frame[place] & 0x20 != 0
        guard !isSingleSegment else {
            windowBytes = nil
            return
        }
        let (exponent, mantissa) = (frame[place + 1] >> 3, frame[place + 1] & 7)
        let base = UInt64(1) << (10 + UInt64(exponent))
        windowBytes = base + base / 8 * UInt64(mantissa)
    }
}
