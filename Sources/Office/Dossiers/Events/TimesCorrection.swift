// What setting the times of a record right comes to: pure, from the record's state and the span by which
// each marked change is to be moved.

internal import Causality
public import Replication

/// The edit that sets times of one record right.
public struct TimesCorrection: Sendable {
    /// A field that gets another time. Instants in milliseconds since the Unix epoch.
    public struct Move: Hashable, Sendable {
        /// The field.
        public var name: FieldName
        /// What it says.
        public var from: Int64
        /// What it is to say.
        public var to: Int64
    }

    /// Fields that are moved.
    public private(set) var moves: [Move] = []
    /// Acts whose times are set right.
    public private(set) var fix = TimesFix([:])
    /// Marked changes that stay as they are, since nobody knows by how much they are off.
    public private(set) var unknown: [WrongClockMark] = []
    /// Fields of moved changes that a person has to look at: several values stand.
    public private(set) var inConflict: [FieldName] = []

    /// What a change's clock wrote into a field differs by less from the change's own time.
    private static let sameMilliseconds: UInt64 = 1000
    /// Acts that one correction takes at once; what is beyond waits for the next.
    public static let actsMax = 100

    /// Makes the correction of a record's marked changes. What a person had typed stays: only times that
    /// the clock gave are moved.
    ///
    /// - Parameter shift: milliseconds by which a marked change is to be moved; `nil` where that is not
    ///   known.
    public init(of state: RecordState, shift: (WrongClockMark) -> Int64?) {
        for mark in state.wrongClockMarks {
            guard fix.times.count < Self.actsMax, let span = shift(mark),
                let right = Self.moved(mark.act.time.milliseconds, by: span)
            else {
                unknown.append(mark)
                continue
            }
            fix.times[mark.act] = Timestamp(milliseconds: right)
            move(mark, in: state, to: right)
        }
    }

    /// Whether there is nothing to write.
    public var isEmpty: Bool { fix.times.isEmpty }

    /// The fields that are written.
    public var writes: [FieldWrite] { moves.map { FieldWrite($0.name, .integer($0.to)) } }

    /// The entry that says what was set right.
    public var addition: FieldWrite {
        FieldWrite(RecordSchema.timesFixedField, .text(fix.description))
    }

    private mutating func move(_ mark: WrongClockMark, in state: RecordState, to right: Int64) {
        for field in RecordSchema.definitions(of: state.kind) where field.type == .instant {
            let entries = state[field.name]
            guard let entry = entries.first(where: { $0.dot == mark.dot }),
                let value = entry.value.integer,
                Timestamp(milliseconds: value).less(mark.act.time).magnitude
                    < Self.sameMilliseconds
            else { continue }
            if entries.count > 1 {
                inConflict.append(field.name)
            } else if value != right {
                moves.append(Move(name: field.name, from: value, to: right))
            }
        }
    }

    private static func moved(_ time: Int64, by span: Int64) -> Int64? {
        let (right, overflow) = time.addingReportingOverflow(span)
        return !overflow && DossierLimits.instant.contains(right) ? right : nil
    }
}
