// The values of one field, in the order of their rows.
//
//     head: bits 0–1: packing; bit 7: exceptions follow; other bits 0
//     [exceptions: count, numbers: their places, the values as CBOR]
//     packing 0   nothing: all values are exceptions
//             1   whole numbers, folded: numbers
//             2   texts: pieces
//             3   texts: templates
//
// Values that the packing has no place for are exceptions, so any values can be written.

internal import CBOR

/// A value where it stands in the bytes of a change.
struct FoundValue {
    enum Sort {
        case integer, text, other
    }

    var sort: Sort
    /// A text's UTF-8, else the whole item.
    var start: Int
    var count: Int
    var number: Int64 = 0
}

enum ValueColumn {
    static let numbers: UInt8 = 1
    static let pieces: UInt8 = 2
    static let templates: UInt8 = 3
    static let exceptional: UInt8 = 0x80

    static func write(
        _ values: [FoundValue], in source: UnsafeRawBufferPointer, areWhole: Bool,
        to writer: inout ColumnWriter
    ) {
        guard !values.isEmpty else { return }
        let integers = values.count { $0.sort == .integer }
        let texts = values.count { $0.sort == .text }
        if integers > texts {
            writeHead(numbers, exceptions(values) { $0.sort != .integer }, values, source, &writer)
            NumberColumn.write(
                values.lazy.filter { $0.sort == .integer }.map(\.number.folded), to: &writer)
        } else if texts > 0 {
            writeTexts(values, in: source, areWhole: areWhole, to: &writer)
        } else {
            writeHead(0, Array(values.indices), values, source, &writer)
        }
    }

    private static func writeTexts(
        _ values: [FoundValue], in source: UnsafeRawBufferPointer, areWhole: Bool,
        to writer: inout ColumnWriter
    ) {
        let places = values.indices.filter { values[$0].sort == .text }
        let texts = places.map { values[$0] }
        var misfits = exceptions(values) { $0.sort != .text }
        let choice = PieceColumn.choice(for: texts, in: source, areWhole: areWhole)
        if texts.count > 2 {
            if let split = TemplateColumn.split(texts, in: source, costMax: choice.cost) {
                misfits = (misfits + split.misfits.map { places[$0] }).sorted()
                writeHead(templates, misfits, values, source, &writer)
                TemplateColumn.write(split, to: &writer)
                return
            }
        }
        writeHead(pieces, misfits, values, source, &writer)
        PieceColumn.write(texts, by: choice, in: source, to: &writer)
    }

    private static func exceptions(
        _ values: [FoundValue], _ isOne: (FoundValue) -> Bool
    ) -> [Int] {
        values.indices.filter { isOne(values[$0]) }
    }

    private static func writeHead(
        _ packing: UInt8, _ exceptions: [Int], _ values: [FoundValue],
        _ source: UnsafeRawBufferPointer, _ writer: inout ColumnWriter
    ) {
        writer.byte(packing | (exceptions.isEmpty ? 0 : exceptional))
        guard !exceptions.isEmpty else { return }
        writer.count(exceptions.count)
        NumberColumn.write(exceptions.map { UInt64($0) }, to: &writer)
        var items = CBORWriter()
        for place in exceptions {
            let value = values[place]
            let content = source[value.start..<value.start + value.count]
            switch value.sort {
            case .integer: items.writeInteger(value.number)
            case .text: items.writeText(utf8: UnsafeRawBufferPointer(rebasing: content))
            case .other: items.writeRaw(UnsafeRawBufferPointer(rebasing: content))
            }
        }
        writer.raw(items.bytes)
    }
}

/// Rebuilds the values of one field.
struct ValueCursor {
    private var numbers: NumberCursor?
    private var pieces: PieceCursor?
    private var templates: TemplateCursor?
    private var exceptionPlaces: NumberCursor
    private var exceptions: CBORReader
    private var nextException: UInt64?
    private var place: UInt64 = 0
    private var text: [UInt8] = []

    init(count: Int, from reader: inout ColumnReader, limit: Int) throws(ColumnError) {
        let head = count > 0 ? try reader.byte() : 0
        guard head & 0x7C == 0 else { throw .range }
        var exceptionCount = 0
        if head & ValueColumn.exceptional != 0 { exceptionCount = try reader.count(max: count) }
        exceptionPlaces = try NumberCursor(count: exceptionCount, from: &reader)
        exceptions = CBORReader(
            UnsafeRawBufferPointer(rebasing: reader.buffer[reader.offset...]))
        var walk = exceptions
        for _ in 0..<exceptionCount {
            do throws(CBORError) {
                try walk.skipItem()
            } catch {
                throw .value
            }
        }
        _ = try reader.slice(walk.offset)
        let rest = count - exceptionCount
        switch head & 3 {
        case ValueColumn.numbers:
            numbers = try NumberCursor(count: rest, from: &reader)
        case ValueColumn.pieces:
            pieces = try PieceCursor(count: rest, from: &reader, limit: limit)
        case ValueColumn.templates:
            templates = try TemplateCursor(count: rest, from: &reader)
        default: guard rest == 0 else { throw .range }
        }
        if exceptionPlaces.left > 0 { nextException = try exceptionPlaces.next() }
    }

    /// Passes over values.
    mutating func pass(_ count: Int) throws(ColumnError) {
        var rest = count
        let end = place &+ UInt64(count)
        while let exception = nextException, exception < end {
            rest -= 1
            nextException = exceptionPlaces.left > 0 ? try exceptionPlaces.next() : nil
            do throws(CBORError) {
                try exceptions.skipItem()
            } catch {
                throw .value
            }
        }
        guard rest >= 0 else { throw .range }
        place = end
        try numbers?.pass(rest)
        try pieces?.pass(rest)
        try templates?.pass(rest)
        guard rest == 0 || numbers != nil || pieces != nil || templates != nil else { throw .range }
    }

    /// Writes the next value; the writer may hold `limit` bytes at most.
    mutating func writeNext(to writer: inout CBORWriter, limit: Int) throws(ColumnError) {
        defer { place &+= 1 }
        let left = limit - writer.bytes.count
        guard left >= 0 else { throw .tooLarge(limitBytes: limit) }
        if place == nextException {
            nextException = exceptionPlaces.left > 0 ? try exceptionPlaces.next() : nil
            do throws(CBORError) {
                writer.writeRaw(exceptions.encodedBytes(try exceptions.skipItem()))
            } catch {
                throw .value
            }
            return
        }
        if let number = try numbers?.next() {
            writer.writeInteger(Int64(unfolding: number))
            return
        }
        text.removeAll(keepingCapacity: true)
        let isValid: Bool
        if pieces != nil {
            if let whole = try pieces?.next(into: &text, limit: left) {
                writer.writeText(utf8: whole)
                return
            }
            isValid = pieces?.areValid ?? false
        } else if templates != nil {
            try templates?.next(into: &text)
            isValid = templates?.areValid ?? false
        } else {
            throw .range
        }
        try text.withUnsafeBufferPointer { text throws(ColumnError) in
            let bytes = UnsafeRawBufferPointer(text)
            guard isValid || bytes.isUTF8 else { throw .invalidUTF8 }
            writer.writeText(utf8: bytes)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are well-formed UTF-8.
    var isUTF8: Bool {
        do {
            _ = try UTF8Span(validating: assumingMemoryBound(to: UInt8.self).span)
            return true
        } catch {
            return false
        }
    }
}
