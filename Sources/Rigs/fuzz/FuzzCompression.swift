internal import Wire

/// Bytes of content allowed: small, so that many inputs fit into a second.
private let limitBytes = 1 << 16

/// Decompression stops at its limit, neither a byte earlier nor later, and is undone and done by
/// compression; a frame that is cut short is refused.
func checkCompression(_ input: [UInt8]) {
    let frame = required("bytes are compressed") { try Compression.compressed(input) }
    let content = required("our own frame is decompressed") {
        try Compression.decompressed(frame, limitBytes: input.count)
    }
    expect(content == input, "what was compressed comes out again")
    expect(
        accepted { try Compression.decompressed(Array(frame.dropLast())) } == nil,
        "a frame that is cut short is refused")
    checkDecompressed(input)
}

private func checkDecompressed(_ input: [UInt8]) {
    guard
        let content = accepted({ try Compression.decompressed(input, limitBytes: limitBytes) })
    else { return }
    expect(content.count <= limitBytes, "no more comes out than allowed")
    let exact = accepted { try Compression.decompressed(input, limitBytes: content.count) }
    expect(exact == content, "content of exactly the limit comes out")
    guard !content.isEmpty else { return }
    do {
        _ = try Compression.decompressed(input, limitBytes: content.count - 1)
        expect(false, "content above the limit is refused")
    } catch {
        expect(error == .tooLarge(limitBytes: content.count - 1), "it is refused as too large")
    }
}
