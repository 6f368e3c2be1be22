internal import CBOR

/// What is decoded, written again, gives the same bytes; what skips over an item validates as much
/// as what decodes it; one item is a sequence of one.
func checkCBOR(_ input: [UInt8]) {
    let value = accepted { try CBORValue(decoding: input) }
    expect(accepts(input) == (value != nil), "skipping accepts what decoding accepts")
    if let value {
        expect(value.encoded() == input, "decoded CBOR encodes to the same bytes")
        _ = value.diagnosticNotation
        let again = required("our own CBOR is decoded") { try CBORValue(decoding: value.encoded()) }
        expect(again == value, "equal bytes are equal values")
    }
    if let sequence = accepted({ try CBORValue.decodeSequence(input) }) {
        expect(sequence.flatMap { $0.encoded() } == input, "a sequence encodes to the same bytes")
        expect(value == nil || sequence == [value], "one item is a sequence of one")
    } else {
        expect(value == nil, "one item is a sequence")
    }
    checkUnsortedMap(input)
}

private func accepts(_ input: [UInt8]) -> Bool {
    let end = accepted {
        try CBORReader.withReader(over: input) { (reader) throws(CBORError) in
            let range = try reader.skipItem()
            try reader.requireEnd()
            return range
        }
    }
    expect(end == nil || end == 0..<input.count, "the skipped range is the item")
    return end != nil
}

/// Items of a sequence as keys of a map, in the order that they came in.
private func checkUnsortedMap(_ input: [UInt8]) {
    guard let keys = accepted({ try CBORValue.decodeSequence(input) }),
        let map = accepted({ try CBORValue(sortingPairs: keys.map { CBORPair($0, .null) }) })
    else { return }
    // One level more than the keys have; the deepest ones are then refused.
    guard let again = accepted({ try CBORValue(decoding: map.encoded()) }) else { return }
    expect(again == map, "a sorted map is decoded as it was")
}
