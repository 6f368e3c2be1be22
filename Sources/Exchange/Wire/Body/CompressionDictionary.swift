// The shared dictionaries of small bodies (`Protocol/dictionaries/`). A body of a few changes has too
// little in it for zstd to find repetitions; the dictionary holds what most such bodies have in common.

internal import CZstd
internal import Foundation

/// A zstd dictionary that both ends know by its number (RFC 8878 §5).
public struct CompressionDictionary: Sendable, Hashable {
    /// Bytes of a dictionary at most: twice as many gained one byte in a hundred.
    public static let byteCountMax = 8 << 10

    /// The number that stands in a frame.
    public let number: UInt32
    let bytes: [UInt8]
    /// zstd's own forms of it, to write at the highest level and to read; `nil` for lack of memory.
    ///
    /// `nonisolated(unsafe)`: made once, never given back, and only read from then on.
    nonisolated(unsafe) let writer: OpaquePointer?
    nonisolated(unsafe) let reader: OpaquePointer?

    /// The dictionary to write with.
    public static let newest = CompressionDictionary(number: 1, base64: dictionary1)

    /// All that can be read.
    static let known = [newest]

    /// The newest of those that somebody reads who reads all through a number.
    public static func newest(through number: UInt32) -> CompressionDictionary? {
        known.last { $0.number <= number }
    }

    private init(number: UInt32, base64 text: String) {
        guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
            preconditionFailure("the program's own dictionary is Base64")
        }
        self.number = number
        bytes = Array(data)
        writer = ZSTD_createCDict(bytes, bytes.count, Compression.levelForSlowLinks)
        reader = ZSTD_createDDict(bytes, bytes.count)
    }
}
