// What all uses of GnuTLS share: its errors and its memory.

package import CGnuTLS

/// A failure of GnuTLS, by its number.
package struct GnuTLSError: Error {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// GnuTLS's words.
    package var reason: String { String(cString: gnutls_strerror(code)) }
}

/// Throws unless a call went well.
package func check(_ code: Int32) throws(GnuTLSError) {
    if code < 0 { throw GnuTLSError(code: code) }
}

/// Lends bytes as GnuTLS wants them; it does not change them.
package func withDatum<Result>(
    _ bytes: some Sequence<UInt8>, _ body: (inout gnutls_datum_t) throws(GnuTLSError) -> Result
) throws(GnuTLSError) -> Result {
    var copy = ContiguousArray(bytes)
    let count = copy.count
    // An empty array has no address; GnuTLS asks for one.
    if copy.isEmpty { copy.append(0) }
    let result = copy.withUnsafeMutableBufferPointer { buffer in
        var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(clamping: count))
        return Swift.Result<Result, GnuTLSError> { () throws(GnuTLSError) in try body(&datum) }
    }
    return try result.get()
}

/// The bytes of a datum that GnuTLS allocated, which is freed.
package func taken(_ datum: gnutls_datum_t) -> [UInt8] {
    defer { shim_gnutls_free(datum.data) }
    return Array(UnsafeBufferPointer(start: datum.data, count: Int(datum.size)))
}
