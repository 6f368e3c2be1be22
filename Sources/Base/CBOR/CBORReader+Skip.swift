extension CBORReader {
    /// Passes over one item with all that it holds, validates it fully, and returns where it stands.
    /// O(n), allocates nothing.
    /// - Throws: `CBORError`: `tooDeep`, `tooManyElements`, and whatever reading would throw.
    @discardableResult
    public mutating func skipItem() throws(CBORError) -> Range<Int> {
        let start = offset
        try skip(inside: 0)
        return start..<offset
    }

    /// The encoded bytes of an item whose place `skipItem` gave; valid as long as the input is.
    public func encodedBytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[range])
    }

    private mutating func skip(inside depth: Int) throws(CBORError) {
        let type = try peekType()
        switch type {
        case .unsigned: _ = try readUnsigned()
        case .negative: _ = try readNegative()
        case .bytes: _ = try readBytesSlice()
        case .text: _ = try readTextBytes()
        case .bool: _ = try readBool()
        case .null: try readNull()
        case .undefined: try readUndefined()
        case .float: _ = try readDouble()
        case .simple: _ = try readSimple()
        case .array, .map, .tag:
            if depth >= budget.depthMax { throw CBORError(.tooDeep, at: offset) }
            try skipContainer(type, inside: depth + 1)
        }
    }

    private mutating func skipContainer(
        _ type: CBORType, inside depth: Int
    ) throws(CBORError) {
        switch type {
        case .array:
            for _ in 0..<(try readArrayHeader()) { try skip(inside: depth) }
        case .map:
            let count = try readMapHeader()
            var order = MapKeyOrder()
            for _ in 0..<count {
                let start = offset
                try skip(inside: depth)
                try order.check(encodedKey: start..<offset, in: self)
                try skip(inside: depth)
            }
        default:
            _ = try readTag()
            try skip(inside: depth)
        }
    }
}
