// A column of n numbers, 0 to 2^64-1; n is known from elsewhere, and no numbers have no bytes.
//
//     head < 0x80   every number is the head
//     else          bits 0–3: width, 0 to 8; bit 4: differences; bit 5: a scale follows; bit 6: 0
//                   [differences: the first number] base [scale] planes
//
// A number is base + scale · x, where the x stand in `width` planes of one byte each: first the
// highest bytes of all, then the next. Of differences there are n - 1, each from the number before,
// and the base is a folded one. All arithmetic is modulo 2^64. Planes keep the bytes that say much
// apart from those that say little, which is what zstd makes the most of.

enum NumberColumn {
    static let differences: UInt8 = 0x10
    static let scaled: UInt8 = 0x20
    static let plain: UInt8 = 0x80

    /// How a column would be written.
    private struct Plan {
        var first: UInt64?
        var base: UInt64
        var scale: UInt64
        var width: Int
        /// Bits that the numbers have together.
        var bits: Int
    }

    static func write(_ values: [UInt64], to writer: inout ColumnWriter) {
        guard !values.isEmpty else { return }
        let plan = plan(of: values)
        if plan.first == nil, plan.width == 0, plan.base < UInt64(plain) {
            writer.byte(UInt8(plan.base))
            return
        }
        writer.byte(
            plain | UInt8(plan.width) | (plan.first == nil ? 0 : differences)
                | (plan.scale > 1 ? scaled : 0))
        if let first = plan.first {
            writer.number(first)
            writer.number(Int64(bitPattern: plan.base).folded)
        } else {
            writer.number(plan.base)
        }
        if plan.scale > 1 { writer.number(plan.scale) }
        guard plan.width > 0 else { return }
        var steps = plan.first == nil ? values : Self.differences(of: values)
        for place in steps.indices {
            steps[place] &-= plan.base
            if plan.scale > 1 { steps[place] /= plan.scale }
        }
        for plane in (0..<plan.width).reversed() {
            writer.raw(
                [UInt8](unsafeUninitializedCapacity: steps.count) { bytes, count in
                    for place in steps.indices {
                        bytes[place] = UInt8(truncatingIfNeeded: steps[place] >> UInt64(8 * plane))
                    }
                    count = steps.count
                })
        }
    }

    /// Bits that the column takes, about: for comparisons.
    static func cost(of values: [UInt64]) -> Int {
        values.isEmpty ? 0 : plan(of: values).bits
    }

    private static func plan(of values: [UInt64]) -> Plan {
        var direct = plan(numbers: values, base: values.min() ?? 0)
        // Long random columns with steps between them are seldom: the sum of bits decides.
        guard values.count > 1, direct.width > 0 else { return direct }
        let steps = differences(of: values)
        let least = steps.map { Int64(bitPattern: $0) }.min() ?? 0
        var relative = plan(numbers: steps, base: UInt64(bitPattern: least))
        relative.bits += 8
        guard relative.bits * 4 < direct.bits * 3 else {
            direct.bits += 8
            return direct
        }
        relative.first = values[0]
        return relative
    }

    private static func plan(numbers: [UInt64], base: UInt64) -> Plan {
        var scale: UInt64 = 0
        var highest: UInt64 = 0
        for number in numbers {
            let rest = number &- base
            highest = max(highest, rest)
            if scale != 1 { scale = gcd(scale, rest) }
        }
        if scale == 0 { scale = 1 }
        var bits = 0
        for number in numbers {
            let rest = number &- base
            bits += (scale > 1 ? rest / scale : rest).bitCount
        }
        return Plan(
            base: base, scale: scale, width: ((highest / scale).bitCount + 7) / 8, bits: bits)
    }

    private static func differences(of values: [UInt64]) -> [UInt64] {
        zip(values.dropFirst(), values).map { $0 &- $1 }
    }

    private static func gcd(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }
}

/// Reads a column's numbers one by one, out of the planes: it takes no memory, whatever n is.
struct NumberCursor {
    private var planes: UnsafeRawBufferPointer
    private var width = 0
    private var stride = 0
    private var base: UInt64 = 0
    private var scale: UInt64 = 1
    private var areDifferences = false
    private var previous: UInt64 = 0
    private var place = 0
    private(set) var left: Int

    init(count: Int, from reader: inout ColumnReader) throws(ColumnError) {
        left = count
        planes = UnsafeRawBufferPointer(start: nil, count: 0)
        guard count > 0 else { return }
        let head = try reader.byte()
        guard head >= NumberColumn.plain else {
            base = UInt64(head)
            return
        }
        width = Int(head & 0x0F)
        guard width <= 8, head & 0x40 == 0 else { throw .range }
        areDifferences = head & NumberColumn.differences != 0
        stride = count
        if areDifferences {
            previous = try reader.number()
            base = UInt64(bitPattern: Int64(unfolding: try reader.number()))
            stride -= 1
            place = -1
        } else {
            base = try reader.number()
        }
        if head & NumberColumn.scaled != 0 { scale = try reader.number() }
        guard width == 0 || stride <= reader.bytesLeft / width else { throw .truncated }
        planes = try reader.slice(stride * width)
    }

    mutating func next() throws(ColumnError) -> UInt64 {
        guard left > 0 else { throw .truncated }
        left -= 1
        defer { place += 1 }
        if place < 0 { return previous }
        var number: UInt64 = 0
        var index = place
        for _ in 0..<width {
            number = number << 8 | UInt64(planes[index])
            index += stride
        }
        number = base &+ scale &* number
        guard areDifferences else { return number }
        previous = previous &+ number
        return previous
    }

    /// Passes over numbers.
    mutating func pass(_ count: Int) throws(ColumnError) {
        guard count <= left else { throw .truncated }
        guard areDifferences else {
            left -= count
            place += count
            return
        }
        for _ in 0..<count { _ = try next() }
    }

    /// The places of a number among those that are left. Of a column of equal steps they are computed.
    func places(of value: UInt64) throws(ColumnError) -> [Int] {
        guard left > 0 else { return [] }
        if width == 0 {
            if !areDifferences { return base == value ? Array(0..<left) : [] }
            let step = Int64(bitPattern: base)
            let away = Int64(bitPattern: value &- previous)
            guard step != 0 else { return away == 0 ? Array(0..<left) : [] }
            let (place, isExact) = (away / step, away % step == 0)
            return isExact && place >= 0 && place < Int64(left) ? [Int(place)] : []
        }
        var places: [Int] = []
        var cursor = self
        for place in 0..<left where try cursor.next() == value { places.append(place) }
        return places
    }

    /// The next number, where it counts things of which there are at most `max`.
    mutating func nextCount(max: Int) throws(ColumnError) -> Int {
        guard let count = Int(exactly: try next()), count <= max else { throw .range }
        return count
    }
}
