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
    /// - Parameter dictionary: one that the reader is known to have.
    /// - Throws: `SyncFailure.malformed` when zstd fails, which only lack of memory can cause.
    public static func compressed(
        _ bytes: [UInt8], level: Int32 = levelDefault, dictionary: CompressionDictionary? = nil
    ) throws(SyncFailure) -> [UInt8] {
        guard let context = ZSTD_createCCtx() else {
            throw .malformed(what: "body", reason: "no memory for zstd")
        }
        defer { ZSTD_freeCCtx(context) }
        var isReady = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        if let dictionary, ZSTD_isError(isReady) == 0 {
            isReady = ZSTD_CCtx_loadDictionary(
                context, dictionary.bytes, dictionary.bytes.count)
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

    /// The content of zstd frames, at most `limitBytes` of it.
    ///
    /// - Throws: `SyncFailure.malformed` for bytes that are no zstd, or that want a window of more
    ///   than `WireLimits.zstdWindowLogMax`; `.unsupportedContent` for a dictionary that is not known
    ///   here; `.tooLarge` past the limit.
    public static func decompressed(
        _ bytes: [UInt8], limitBytes: Int = WireLimits.decodedBytesMax
    ) throws(SyncFailure) -> [UInt8] {
        guard let context = ZSTD_createDCtx() else {
            throw .malformed(what: "body", reason: "no memory for zstd")
        }
        defer { ZSTD_freeDCtx(context) }
        let isBounded = ZSTD_DCtx_setParameter(
            context, ZSTD_d_windowLogMax, WireLimits.zstdWindowLogMax)
        guard ZSTD_isError(isBounded) == 0 else {
            throw .malformed(what: "body", reason: "zstd could not bound its window")
        }
        if let dictionary = try dictionary(of: bytes) {
            let isLoaded = ZSTD_DCtx_loadDictionary(
                context, dictionary.bytes, dictionary.bytes.count)
            guard ZSTD_isError(isLoaded) == 0 else {
                throw .malformed(what: "body", reason: "no memory for zstd")
            }
        }
        let result: Result<[UInt8], SyncFailure> = bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var content: [UInt8] = []
            var hint = 1
            let step = max(1, ZSTD_DStreamOutSize())
            while true {
                let chunk = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
                    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: step, pos: 0)
                    hint = ZSTD_decompressStream(context, &output, &input)
                    count = output.pos
                }
                if ZSTD_isError(hint) != 0 {
                    return .failure(.malformed(what: "body", reason: "it is no zstd frame"))
                }
                guard content.count + chunk.count <= limitBytes else {
                    return .failure(.tooLarge(limitBytes: limitBytes))
                }
                content += chunk
                if input.pos == input.size, chunk.count < step || hint == 0 { break }
            }
            // A hint other than 0 after all input means that the last frame is cut short.
            return hint == 0
                ? .success(content)
                : .failure(.malformed(what: "body", reason: "the zstd frame is cut short"))
        }
        return try result.get()
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
