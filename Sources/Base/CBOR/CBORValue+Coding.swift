/// How many elements are reserved on the strength of a count alone; more grow as they arrive.
/// Without a bound, arrays inside each other could each claim all the bytes that remain.
private let reservedCountMax = 256

extension CBORReader {
    /// Reads any item with all that it holds.
    /// - Throws: `CBORError`: `tooDeep`, `tooManyElements`, and whatever reading would throw.
    public mutating func readValue() throws(CBORError) -> CBORValue {
        try readValue(inside: 0)
    }

    private mutating func readValue(inside depth: Int) throws(CBORError) -> CBORValue {
        let type = try peekType()
        switch type {
        case .unsigned: return .unsigned(try readUnsigned())
        case .negative: return .negative(try readNegative())
        case .bytes: return .bytes(try readBytes())
        case .text: return .text(try readText())
        case .bool: return .bool(try readBool())
        case .float: return .double(try readDouble())
        case .simple: return .simple(try readSimple())
        case .null:
            try readNull()
            return .null
        case .undefined:
            try readUndefined()
            return .undefined
        case .array, .map, .tag:
            if depth >= budget.depthMax { throw CBORError(.tooDeep, at: offset) }
        }
        switch type {
        case .array: return .array(try readElements(inside: depth + 1))
        case .map: return .map(try readPairs(inside: depth + 1))
        default: return .tag(try readTag(), try readValue(inside: depth + 1))
        }
    }

    private mutating func readElements(inside depth: Int) throws(CBORError) -> [CBORValue] {
        let count = try readArrayHeader()
        var elements: [CBORValue] = []
        elements.reserveCapacity(min(count, reservedCountMax))
        for _ in 0..<count { elements.append(try readValue(inside: depth)) }
        return elements
    }

    private mutating func readPairs(inside depth: Int) throws(CBORError) -> [CBORPair] {
        let count = try readMapHeader()
        var pairs: [CBORPair] = []
        pairs.reserveCapacity(min(count, reservedCountMax))
        var order = MapKeyOrder()
        for _ in 0..<count {
            let start = offset
            let key = try readValue(inside: depth)
            try order.check(encodedKey: start..<offset, in: self)
            pairs.append(CBORPair(key, try readValue(inside: depth)))
        }
        return pairs
    }
}

extension CBORWriter {
    /// Writes any item. Traps on a map out of order and on simple values that do not exist.
    public mutating func writeValue(_ value: CBORValue) {
        switch value {
        case .unsigned(let value): writeUnsigned(value)
        case .negative(let n): writeNegative(n: n)
        case .bytes(let value): writeBytes(value)
        case .text(let value): writeText(value)
        case .array(let elements):
            writeArrayHeader(count: elements.count)
            for element in elements { writeValue(element) }
        case .map(let pairs): writePairs(pairs)
        case .tag(let number, let content):
            writeTag(number)
            writeValue(content)
        case .bool(let value): writeBool(value)
        case .null: writeNull()
        case .undefined: writeUndefined()
        case .double(let value): writeDouble(value)
        case .simple(let value):
            precondition(!(20...31).contains(value), "simple values 20 to 31 have other names")
            writeSimple(value)
        }
    }

    private mutating func writePairs(_ pairs: [CBORPair]) {
        writeMapHeader(count: pairs.count)
        var previous: Range<Int>?
        for pair in pairs {
            let start = bytes.count
            writeValue(pair.key)
            let key = start..<bytes.count
            if let previous {
                precondition(
                    bytes[previous].lexicographicallyPrecedes(bytes[key]),
                    "map pairs are out of order: make the map with init(sortingPairs:)")
            }
            previous = key
            writeValue(pair.value)
        }
    }
}
