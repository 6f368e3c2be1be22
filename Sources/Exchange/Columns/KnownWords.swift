/// Words that both ends know by number: they spare small batches from spelling them out. The list
/// belongs to form 1 and never changes; other words are spelled out.
enum KnownWords {
    static let all = [
        "code", "way", "date", "name", "field", "notes", "phone", "topic", "due_at", "office",
        "status", "address", "channel", "details", "dossier", "fee_vnd", "officer", "procedure",
        "finished_at", "occurred_at", "received_at", "returned_at", "caller_name", "applicant_id",
        "caller_phone", "return_method", "applicant_name", "applicant_phone", "processing_days",
        "applicant_address", "time_zone_offset_minutes", "new", "accepted", "not_accepted",
        "processing", "supplement_required", "payment_required", "withdrawn", "stopped",
        "finished", "returned", "counter", "online", "post", "in_person", "incoming_call",
        "outgoing_call",
    ]
    static let bytes = all.map { Array($0.utf8) }
    /// The numbers of the words that have so many bytes.
    private static let numbers: [[Int]] = bytes.enumerated().reduce(
        into: Array(repeating: [], count: bytesMax + 1)
    ) { $0[$1.element.count].append($1.offset) }
    private static let bytesMax = bytes.map(\.count).max() ?? 0

    static func number(of word: UnsafeRawBufferPointer) -> Int? {
        guard word.count <= bytesMax else { return nil }
        return numbers[word.count].first { word.elementsEqual(bytes[$0]) }
    }

    /// The words' bytes in memory that is never given back, so that they can be lent like a batch's.
    ///
    /// `nonisolated(unsafe)`: written once, as the constant is made, and only read from then on.
    nonisolated(unsafe) private static let buffers = bytes.map { word in
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: word.count, alignment: 1)
        copy.copyBytes(from: word)
        return UnsafeRawBufferPointer(copy)
    }

    static func buffer(of number: UInt64) -> UnsafeRawBufferPointer? {
        number < UInt64(buffers.count) ? buffers[Int(number)] : nil
    }
}
