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

    /// The bytes as one zstd frame.
    ///
    /// - Throws: `SyncFailure.malformed` when zstd fails, which only lack of memory can cause.
    public static func compressed(
        _ bytes: [UInt8], level: Int32 = levelDefault
    ) throws(SyncFailure) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        var written = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            written = ZSTD_compress(buffer.baseAddress, bound, bytes, bytes.count, level)
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
    ///   than `WireLimits.zstdWindowLogMax`; `.tooLarge` past the limit.
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
}
