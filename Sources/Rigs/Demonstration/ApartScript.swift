internal import Causality
internal import Dossiers
internal import Replication
internal import SeededRandom
internal import Time

/// What the two desks of the cut office write to the same dossiers.
struct ApartScript {
    struct Entry {
        var phase: Int
        var desk: Int
        var line: EditLine
    }

    private(set) var apart: HalfYear.Apart
    let desks: [Int]
    private var entriesByPhase: [Int: [Entry]] = [:]

    init(office: String, desks: [Int]) {
        apart = HalfYear.Apart(office: office)
        self.desks = desks
    }

    func entries(of phase: Int) -> [Entry] {
        entriesByPhase[phase] ?? []
    }

    mutating func add(_ entry: Entry) {
        entriesByPhase[entry.phase, default: []].append(entry)
    }

    mutating func note(_ code: String, in list: WritableKeyPath<HalfYear.Apart, [String]>) {
        apart[keyPath: list].append(code)
    }
}

extension Casework {
    /// A place and time at which one side writes.
    private struct Moment {
        var phase: Int
        var desk: Int
        var time: Int64
    }

    /// Chooses dossiers that both desks have in full when the link is cut, and writes both sides.
    mutating func prepareScript() {
        let known = works.indices.filter { index in
            let work = works[index]
            return work.office == plan.cutOffice && !work.status.isEnd
                && script.desks.allSatisfy { hasAll(of: work, $0, in: links.cut.lowerBound) }
        }
        guard script.desks.count == 2 else { return }
        var rest = generator.shuffled(known)
        func isAtWork(_ index: Int) -> Bool {
            [.accepted, .processing].contains(works[index].status)
                && works[index].steps.contains { $0.status == .finished }
        }
        let inStatus = rest.filter(isAtWork).prefix(plan.statusDossiers)
        rest.removeAll { inStatus.contains($0) }
        for (number, index) in inStatus.enumerated() { advanceApart(index, number) }
        let sorts: [(Int, WritableKeyPath<HalfYear.Apart, [String]>)] = [
            (plan.conflictingDossiers, \.conflicting), (plan.separateDossiers, \.separate),
            (plan.notedDossiers, \.noted),
        ]
        for (count, list) in sorts {
            for (number, index) in rest.prefix(count).enumerated() {
                switch list {
                case \.conflicting: contradict(index, number)
                case \.separate: editSeparately(index, number)
                default: noteBoth(index)
                }
                script.note(works[index].code, in: list)
            }
            rest.removeFirst(min(count, rest.count))
        }
    }

    private mutating func moment(_ desk: Int, from first: Int? = nil) -> Moment {
        let cut = links.cut
        let phase = generator.number(in: (first ?? cut.lowerBound)...cut.upperBound - 1)
        return Moment(
            phase: phase, desk: desk, time: OfficeCalendar.instant(of: days[phase], &generator))
    }

    private mutating func add(_ line: EditLine, _ moment: Moment) {
        script.add(ApartScript.Entry(phase: moment.phase, desk: moment.desk, line: line))
    }

    private mutating func add(_ index: Int, _ write: FieldWrite, _ moment: Moment) {
        add(
            EditLine(
                action: .set(.code(works[index].code), writes: [write], additions: []),
                at: Timestamp(milliseconds: moment.time), by: officer(at: moment.desk)), moment)
    }

    /// Casework goes on when both desks have synced twice.
    private mutating func release(_ index: Int) {
        let cut = links.cut
        works[index].thaw = cut.upperBound + 2
        works[index].editedIn = cut.upperBound - 1
        works[index].editor = works[index].desk
        works[index].editedAt = OfficeCalendar.closing(of: days[cut.upperBound - 1])
    }

    private func other(than desk: Int) -> Int {
        script.desks.first { $0 != desk } ?? desk
    }

    /// One desk takes a step, the other a longer one that ends at a later stage.
    private mutating func advanceApart(_ index: Int, _ number: Int) {
        let (mine, theirs) = (works[index].desk, other(than: works[index].desk))
        let near: DossierStatus =
            works[index].status == .accepted ? .processing : .supplementRequired
        let nearMoment = moment(mine)
        add(line(for: near, of: index, at: nearMoment.time, mine, namesOfficer: false), nearMoment)
        let last = links.cut.upperBound - 1
        let finish = moment(theirs)
        add(line(for: .finished, of: index, at: finish.time, theirs, namesOfficer: false), finish)
        works[index].status = .finished
        works[index].steps = [Step(status: .returned, phase: last)]
        if number % 3 == 2, finish.phase < last {
            let handOver = moment(theirs, from: finish.phase + 1)
            add(
                line(for: .returned, of: index, at: handOver.time, theirs, namesOfficer: false),
                handOver)
            works[index].status = .returned
            works[index].steps = []
        }
        release(index)
        script.note(works[index].code, in: \.statuses)
    }

    /// Both desks write one field, with different values.
    private mutating func contradict(_ index: Int, _ number: Int) {
        let (mine, theirs) = (moment(script.desks[0]), moment(script.desks[1]))
        switch number % 3 {
        case 0:
            let first = PersonGenerator.phone(&generator)
            var second = PersonGenerator.phone(&generator)
            while second == first { second = PersonGenerator.phone(&generator) }
            add(index, FieldWrite("applicant_phone", .text(first)), mine)
            add(index, FieldWrite("applicant_phone", .text(second)), theirs)
        case 1:
            let fee = works[index].feeVND
            add(index, FieldWrite("fee_vnd", .integer(fee + 10_000)), mine)
            add(index, FieldWrite("fee_vnd", .integer(fee + 25_000)), theirs)
        default:
            let first = officer(at: mine.desk)
            var second = officer(at: theirs.desk)
            // Two desks may have officers of one name.
            if second == first { second = "Trịnh Thị Khánh Vân" }
            add(index, FieldWrite("officer", .text(first)), mine)
            add(index, FieldWrite("officer", .text(second)), theirs)
            works[index].hasOfficer = true
        }
        release(index)
    }

    /// Each desk writes what the other leaves alone; in some cases one of them goes on working.
    private mutating func editSeparately(_ index: Int, _ number: Int) {
        let (mine, theirs) = (works[index].desk, other(than: works[index].desk))
        let first = moment(mine)
        let steps: [DossierStatus] = [.accepted, .processing, .finished]
        if number % 3 == 0, let next = works[index].steps.first, steps.contains(next.status) {
            add(line(for: next.status, of: index, at: first.time, mine), first)
            works[index].status = next.status
            works[index].steps.removeFirst()
        } else if number % 3 == 1 {
            add(index, FieldWrite("fee_vnd", .integer(works[index].feeVND + 15_000)), first)
        } else {
            add(index, FieldWrite("officer", .text(officer(at: mine))), first)
            works[index].hasOfficer = true
        }
        let second = moment(theirs)
        if number % 2 == 0 {
            let phone = PersonGenerator.phone(&generator)
            add(index, FieldWrite("applicant_phone", .text(phone)), second)
        } else {
            let address = offices[plan.cutOffice].address(&generator)
            add(index, FieldWrite("applicant_address", .text(address)), second)
        }
        release(index)
    }

    private mutating func noteBoth(_ index: Int) {
        for desk in script.desks {
            let moment = moment(desk)
            let text = generator.element(of: NoteText.apart)
            add(
                EditLine(
                    action: .note(.code(works[index].code), text: text),
                    at: Timestamp(milliseconds: moment.time), by: officer(at: desk)), moment)
        }
        release(index)
    }
}
