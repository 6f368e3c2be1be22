// Texts of one form with numbers in it: codes of dossiers, identity and telephone numbers. A template
// is the text with a byte 1 to 18 for each run of so many digits.
//
//     count of templates, each: count of bytes, bytes
//     numbers: of each text its template
//     for each template, for each of its runs: numbers: the runs' values

enum TemplateColumn {
    static let templatesMax = 16
    static let runsMax = 8
    static let digitsMax = 18
    static let bytesMax = 64

    /// Texts of these forms, and those that have none.
    struct Split {
        var templates: [[UInt8]] = []
        var runs: [[[UInt64]]] = []
        var numbers: [UInt64] = []
        /// Which of the texts do not fit.
        var misfits: [Int] = []

        /// Bits, about.
        var cost: Int {
            let text = templates.reduce(0) { $0 + 8 * $1.count + 16 }
            let runs = runs.joined().reduce(0) { $0 + NumberColumn.cost(of: $1) }
            return text + runs + NumberColumn.cost(of: numbers)
        }
    }

    /// The texts taken apart; `nil` when that takes as many bits as `costMax` or more.
    static func split(
        _ texts: [FoundValue], in source: UnsafeRawBufferPointer, costMax: Int
    ) -> Split? {
        var split = Split()
        var misfitCost = 0
        var template: [UInt8] = []
        var values: [UInt64] = []
        for (place, text) in texts.enumerated() {
            let content = source[text.start..<text.start + text.count]
            guard read(content, &template, &values),
                let number = split.templates.firstIndex(of: template)
                    ?? add(template, values.count, to: &split)
            else {
                split.misfits.append(place)
                misfitCost += 8 * text.count + 24
                guard misfitCost < costMax else { return nil }
                continue
            }
            split.numbers.append(UInt64(number))
            for (run, value) in values.enumerated() { split.runs[number][run].append(value) }
        }
        return split.cost + misfitCost < costMax ? split : nil
    }

    private static func add(_ template: [UInt8], _ runs: Int, to split: inout Split) -> Int? {
        guard split.templates.count < templatesMax else { return nil }
        split.templates.append(template)
        split.runs.append(Array(repeating: [], count: runs))
        return split.templates.count - 1
    }

    /// Takes a text apart; `false` when it is too long or has no number.
    private static func read(
        _ text: Slice<UnsafeRawBufferPointer>, _ template: inout [UInt8], _ values: inout [UInt64]
    ) -> Bool {
        template.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        guard text.count <= bytesMax else { return false }
        var digits = 0
        for byte in text {
            guard byte >= 0x20 else { return false }
            guard (0x30...0x39).contains(byte) else {
                digits = 0
                template.append(byte)
                continue
            }
            if digits == 0 || digits == digitsMax {
                digits = 0
                template.append(0)
                values.append(0)
            }
            digits += 1
            template[template.count - 1] = UInt8(digits)
            values[values.count - 1] = values[values.count - 1] * 10 + UInt64(byte - 0x30)
        }
        return (1...runsMax).contains(values.count)
    }

    static func write(_ split: Split, to writer: inout ColumnWriter) {
        writer.count(split.templates.count)
        for template in split.templates {
            writer.count(template.count)
            writer.raw(template)
        }
        NumberColumn.write(split.numbers, to: &writer)
        for runs in split.runs {
            for values in runs { NumberColumn.write(values, to: &writer) }
        }
    }
}

/// Rebuilds texts from templates and numbers.
struct TemplateCursor {
    private struct Template {
        var bytes: UnsafeRawBufferPointer
        var runs: [NumberCursor]
    }

    private var numbers: NumberCursor
    private var templates: [Template] = []
    /// Whether every template is well-formed UTF-8, and so every text: a run is one byte of it.
    let areValid: Bool

    init(count: Int, from reader: inout ColumnReader) throws(ColumnError) {
        let templateCount = try reader.count(max: TemplateColumn.templatesMax)
        for _ in 0..<templateCount {
            let length = try reader.count(max: TemplateColumn.bytesMax)
            templates.append(Template(bytes: try reader.slice(length), runs: []))
        }
        areValid = templates.allSatisfy(\.bytes.isUTF8)
        numbers = try NumberCursor(count: count, from: &reader)
        var uses = [Int](repeating: 0, count: templateCount)
        var walk = numbers
        for _ in 0..<count {
            let number = try walk.next()
            guard number < UInt64(templateCount) else { throw .range }
            uses[Int(number)] += 1
        }
        for place in templates.indices {
            let runs = templates[place].bytes.count { Self.isRun($0) }
            guard runs <= TemplateColumn.runsMax else { throw .range }
            for _ in 0..<runs {
                templates[place].runs.append(try NumberCursor(count: uses[place], from: &reader))
            }
        }
    }

    private static func isRun(_ byte: UInt8) -> Bool {
        (1...UInt8(TemplateColumn.digitsMax)).contains(byte)
    }

    /// Passes over texts.
    mutating func pass(_ count: Int) throws(ColumnError) {
        var uses = [Int](repeating: 0, count: templates.count)
        for _ in 0..<count { uses[Int(truncatingIfNeeded: try numbers.next())] += 1 }
        for (template, count) in uses.enumerated() where count > 0 {
            for run in templates[template].runs.indices {
                try templates[template].runs[run].pass(count)
            }
        }
    }

    /// Appends the next text.
    mutating func next(into text: inout [UInt8]) throws(ColumnError) {
        let number = Int(truncatingIfNeeded: try numbers.next())
        var run = 0
        for byte in templates[number].bytes {
            guard Self.isRun(byte) else {
                text.append(byte)
                continue
            }
            var value = try templates[number].runs[run].next()
            run += 1
            let end = text.count + Int(byte)
            text.append(contentsOf: repeatElement(0x30, count: Int(byte)))
            var place = end
            for _ in 0..<byte {
                place -= 1
                text[place] = 0x30 + UInt8(value % 10)
                value /= 10
            }
            guard value == 0 else { throw .range }
        }
    }
}
