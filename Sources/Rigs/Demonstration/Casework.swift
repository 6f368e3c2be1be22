internal import Causality
internal import Dossiers
internal import Replication
internal import SeededRandom
internal import Time

/// Plays the half-year phase by phase and writes down what every desk does.
struct Casework {
    let plan: HalfYear.Plan
    let offices: [DistrictOffice]
    private(set) var desks: [HalfYear.Desk] = []
    private(set) var phases: [HalfYear.Phase] = []
    var script: ApartScript

    var generator: SeededGenerator
    var works: [Work] = []
    let days: [CalendarDate]
    let links: LinkPlan
    private var dossiers: DossierGenerator
    private let arrivals: Arrivals
    private var officers: [[String]] = []
    private let desksOfOffice: [[Int]]
    /// The phase of every working day, and of those after the half-year in which work would be due.
    private let phaseOfDay: [CalendarDate: Int]
    /// Which dossiers have their next step in a phase.
    private var agenda: [[Int]]
    /// How many codes were given out: by desk today, and online by office and day.
    private var counterCodes: [Int]
    private var onlineCodes: [CodeSpace: Int] = [:]
    /// The lines of the present phase.
    private var lines: [[EditLine]]
    private var imports: [EditLine] = []

    private struct CodeSpace: Hashable {
        var office: Int
        var day: CalendarDate
    }

    /// Stands in codes where the desk's number stands otherwise.
    private static let onlineDesk: Int64 = 99

    init(plan: HalfYear.Plan, offices: [DistrictOffice], seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let days = OfficeCalendar.workingDays(plan.days)
        self.plan = plan
        self.offices = offices
        self.days = days
        dossiers = DossierGenerator(seed: generator.next())
        // No procedure takes more than 20 working days, so 60 days after the end are enough.
        let later = OfficeCalendar.workingDays(
            plan.days.lowerBound...plan.days.upperBound.adding(days: 60))
        phaseOfDay = Dictionary(
            later.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
        var desksOfOffice: [[Int]] = []
        for office in offices {
            let numbers = 1...office.deskCount
            let first = desks.count - 1
            desksOfOffice.append(numbers.map { first + $0 })
            desks += numbers.map { number in
                HalfYear.Desk(
                    office: office.code, number: number, name: "\(office.district) \(number)")
            }
        }
        self.desksOfOffice = desksOfOffice
        for _ in desks {
            officers.append(
                [false, true, true].map { PersonGenerator.name(isFemale: $0, &generator) })
        }
        let cut = days.indices.filter { plan.cutDays.contains(days[$0]) }
        let cutDesks = desksOfOffice[plan.cutOffice]
        links = LinkPlan(
            phaseCount: days.count, deskCount: desks.count,
            cut: cut.isEmpty ? 0..<0 : cut[0]..<cut[cut.count - 1] + 1, cutDesks: cutDesks,
            perMille: plan.linkPerMille, &generator)
        script = ApartScript(office: offices[plan.cutOffice].code, desks: cutDesks)
        arrivals = Arrivals(plan: plan, offices: offices, days: days, &generator)
        agenda = Array(repeating: [], count: days.count)
        counterCodes = Array(repeating: 0, count: desks.count)
        lines = Array(repeating: [], count: desks.count)
        self.generator = generator
    }

    mutating func run() {
        for phase in days.indices {
            counterCodes = counterCodes.map { _ in 0 }
            for arrival in arrivals.phases[phase] { take(arrival, in: phase) }
            if !links.cut.isEmpty, phase == links.cut.lowerBound { prepareScript() }
            for entry in script.entries(of: phase) { lines[entry.desk].append(entry.line) }
            // A step may put the next one into the same phase.
            var index = 0
            while index < agenda[phase].count {
                work(on: agenda[phase][index], in: phase)
                index += 1
            }
            close(phase, name: name(of: phase), day: days[phase])
        }
        close(days.count, name: "all desks sync again", day: nil)
    }

    private mutating func close(_ phase: Int, name: String, day: CalendarDate?) {
        let edits = desks.indices.filter { !lines[$0].isEmpty }.map { desk in
            let sorted = sortedByTime(lines[desk]) { $0.at?.milliseconds ?? 0 }
            return HalfYear.DeskEdits(desk: desks[desk], lines: sorted)
        }
        phases.append(
            HalfYear.Phase(
                name: name, day: day, edits: edits,
                imports: sortedByTime(imports) { $0.at?.milliseconds ?? 0 },
                links: links.desksUp(in: phase).map { desks[$0] }))
        lines = lines.map { _ in [] }
        imports = []
    }

    private func name(of phase: Int) -> String {
        let district = offices[plan.cutOffice].district
        if links.cut.contains(phase) { return "\(days[phase]), the link of \(district) is cut" }
        let isFirstAfter = !links.cut.isEmpty && phase == links.cut.upperBound
        return "\(days[phase])" + (isFirstAfter ? ", the link of \(district) is back" : "")
    }
}

// MARK: - What arrives

extension Casework {
    private mutating func take(_ arrival: Arrival, in phase: Int) {
        let desk = generator.element(of: desksOfOffice[arrival.office])
        switch arrival.sort {
        case .contact(let way): takeContact(way, arrival, desk)
        case .dossier(let channel): takeDossier(channel, arrival, desk, in: phase)
        case .onlineDossier: takeOnline(arrival, desk, in: phase)
        }
    }

    private mutating func takeContact(_ way: String, _ arrival: Arrival, _ desk: Int) {
        let officer = generator.element(of: officers[desk])
        let person = PersonGenerator.person(&generator)
        var writes = [
            FieldWrite("way", .text(way)),
            FieldWrite("topic", .text(generator.element(of: NoteText.topics))),
            FieldWrite("office", .text(desks[desk].office)),
            FieldWrite("officer", .text(officer)),
            FieldWrite("occurred_at", .integer(arrival.time)),
            FieldWrite("caller_name", .text(person.name)),
        ]
        if way != "in_person" { writes.append(FieldWrite("caller_phone", .text(person.phone))) }
        if generator.happens(perMille: 400) {
            let procedure = PublicProcedure.draw(online: false, &generator)
            writes.append(FieldWrite("procedure", .text(procedure.code)))
        }
        lines[desk].append(
            EditLine(
                action: .new(
                    .contact, nil, writes: writes.sorted { $0.name < $1.name }, additions: []),
                at: Timestamp(milliseconds: arrival.time), by: officer))
    }

    private mutating func takeDossier(
        _ channel: String, _ arrival: Arrival, _ desk: Int, in phase: Int
    ) {
        let officer = generator.element(of: officers[desk])
        let procedure = PublicProcedure.draw(online: false, &generator)
        counterCodes[desk] += 1
        let number = Int64(desks[desk].number) * 10_000 + Int64(counterCodes[desk])
        let frame = frame(
            procedure, channel, arrival, number: number, day: days[phase], officer: officer)
        var fields = dossiers.fields(frame, office: offices[arrival.office])
        // What is done while the citizen waits is mostly entered once, when it is done.
        let isEnteredOnce =
            channel == "counter" && procedure.processingDays == 0
            && generator.happens(perMille: 700)
        var time = arrival.time
        if isEnteredOnce { time = finishAtOnce(&fields, from: time) }
        lines[desk].append(
            EditLine(
                action: .new(
                    .dossier, nil, writes: fields.writes, additions: fields.additions),
                at: Timestamp(milliseconds: time), by: officer))
        guard !isEnteredOnce else { return }
        begin(frame, arrival.office, desk, start: phase, editedIn: phase, editor: desk)
    }

    private mutating func takeOnline(_ arrival: Arrival, _ desk: Int, in phase: Int) {
        let procedure = PublicProcedure.draw(online: true, &generator)
        let day = OfficeTime.day(ofMilliseconds: arrival.time)
        let space = CodeSpace(office: arrival.office, day: day)
        onlineCodes[space, default: 0] += 1
        let number = Self.onlineDesk * 10_000 + Int64(onlineCodes[space] ?? 0)
        var frame = frame(
            procedure, "online", arrival, number: number, day: day, officer: nil)
        // The portal takes in by itself what is complete and paid.
        if !generator.happens(perMille: 720) { frame.status = .new }
        let fields = dossiers.fields(frame, office: offices[arrival.office])
        imports.append(
            EditLine(
                action: .new(
                    .dossier, nil, writes: fields.writes, additions: fields.additions),
                at: Timestamp(milliseconds: arrival.time), by: "Cổng dịch vụ công"))
        let start = links.phaseReading(desk, writtenBy: nil, in: phase)
        begin(frame, arrival.office, desk, start: start, editedIn: phase, editor: nil)
    }

    private func frame(
        _ procedure: PublicProcedure, _ channel: String, _ arrival: Arrival, number: Int64,
        day: CalendarDate, officer: String?
    ) -> DossierFrame {
        let agency = offices[arrival.office].code
        guard let code = DossierCode(agency: agency, day: day, number: number) else {
            preconditionFailure("codes of offices have the form")
        }
        return DossierFrame(
            code: code, procedure: procedure, channel: channel, status: .accepted,
            receivedAt: arrival.time,
            dueAt: DossierGenerator.dueAt(procedure, received: arrival.time), officer: officer)
    }

    /// Writes the end into a new dossier, and returns its time.
    private mutating func finishAtOnce(_ fields: inout DossierFields, from time: Int64) -> Int64 {
        let finished = openInstant(after: time, minutes: 4...20) ?? time
        let returned = openInstant(after: finished, minutes: 1...8) ?? finished
        fields.writes.removeAll { $0.name == RecordSchema.statusField }
        fields.writes += [
            FieldWrite("status", .text(DossierStatus.returned.rawValue)),
            FieldWrite("finished_at", .integer(finished)),
            FieldWrite("returned_at", .integer(returned)),
            FieldWrite("return_method", .text("counter")),
        ]
        fields.writes.sort { $0.name < $1.name }
        return returned
    }

    private mutating func begin(
        _ frame: DossierFrame, _ office: Int, _ desk: Int, start: Int, editedIn phase: Int,
        editor: Int?
    ) {
        let due = phaseOfDay[OfficeTime.day(ofMilliseconds: frame.dueAt)] ?? days.count
        let life = Life(
            start: start, due: due, status: frame.status,
            isWhileYouWait: frame.procedure.processingDays == 0)
        works.append(
            Work(
                code: frame.code.description, office: office, desk: desk, channel: frame.channel,
                feeVND: frame.procedure.feeVND, hasOfficer: frame.officer != nil,
                status: frame.status, steps: life.steps(&generator), editedAt: frame.receivedAt,
                editedIn: phase, editor: editor))
        schedule(works.count - 1, from: phase)
    }
}

// MARK: - Work on what is there

extension Casework {
    private mutating func schedule(_ index: Int, from phase: Int) {
        guard let step = works[index].steps.first else { return }
        let next = max(step.phase, phase, works[index].thaw)
        if next < agenda.count { agenda[next].append(index) }
    }

    private mutating func work(on index: Int, in phase: Int) {
        guard let step = works[index].steps.first else { return }
        // The script has taken the dossier, or moved its steps, since it was scheduled.
        guard step.phase <= phase, works[index].thaw <= phase else {
            return schedule(index, from: phase)
        }
        passOn(index, in: phase)
        let desk = works[index].desk
        let drawn = OfficeCalendar.instant(of: days[phase], &generator)
        let free = openInstant(after: works[index].editedAt, minutes: 3...25)
        let isToday = works[index].editedAt >= OfficeTime.startOfDay(days[phase])
        guard let time = isToday ? free.map({ max($0, drawn) }) : drawn else {
            works[index].steps[0].phase = phase + 1
            return schedule(index, from: phase + 1)
        }
        lines[desk].append(line(for: step.status, of: index, at: time, desk))
        works[index].status = step.status
        works[index].steps.removeFirst()
        works[index].editedAt = time
        works[index].editedIn = phase
        works[index].editor = desk
        schedule(index, from: phase)
    }

    /// Now and then the office's other desk goes on with a dossier, if it has all of it.
    private mutating func passOn(_ index: Int, in phase: Int) {
        let work = works[index]
        let others = desksOfOffice[work.office].filter { $0 != work.desk }
        guard let other = others.first, generator.happens(perMille: 150),
            hasAll(of: work, other, in: phase)
        else { return }
        works[index].desk = other
    }

    /// Whether a desk has every edit of a dossier before the phase.
    func hasAll(of work: Work, _ desk: Int, in phase: Int) -> Bool {
        links.phaseReading(desk, writtenBy: work.editor, in: work.editedIn) <= phase
    }

    /// The edit that brings a dossier to a status.
    mutating func line(
        for status: DossierStatus, of index: Int, at time: Int64, _ desk: Int,
        namesOfficer: Bool = true
    ) -> EditLine {
        let officer = generator.element(of: officers[desk])
        var writes = [FieldWrite("status", .text(status.rawValue))]
        var additions: [FieldWrite] = []
        if namesOfficer, !works[index].hasOfficer {
            writes.append(FieldWrite("officer", .text(officer)))
            works[index].hasOfficer = true
        }
        switch status {
        case .finished: writes.append(FieldWrite("finished_at", .integer(time)))
        case .returned:
            writes.append(FieldWrite("returned_at", .integer(time)))
            let way = returnMethod(of: works[index].channel)
            writes.append(FieldWrite("return_method", .text(way)))
        case .supplementRequired:
            let text = generator.element(of: NoteText.missingPapers)
            additions = [FieldWrite("notes", .text(text))]
        case .withdrawn: additions = [FieldWrite("notes", .text(NoteText.endings[0]))]
        case .notAccepted: additions = [FieldWrite("notes", .text(NoteText.endings[1]))]
        case .stopped: additions = [FieldWrite("notes", .text(NoteText.endings[2]))]
        case .new, .accepted, .processing, .paymentRequired: break
        }
        return EditLine(
            action: .set(
                .code(works[index].code), writes: writes.sorted { $0.name < $1.name },
                additions: additions),
            at: Timestamp(milliseconds: time), by: officer)
    }

    private mutating func returnMethod(of channel: String) -> String {
        let perMille = channel == "post" ? 850 : channel == "online" ? 400 : 70
        return generator.happens(perMille: perMille) ? "post" : "counter"
    }

    /// An instant of the same day's working hours some minutes later; `nil` when they are over.
    private mutating func openInstant(
        after time: Int64, minutes: ClosedRange<Int>
    ) -> Int64? {
        let later = time + Int64(generator.number(in: minutes)) * 60_000
        return OfficeCalendar.openInstant(from: later)
    }

    mutating func officer(at desk: Int) -> String {
        generator.element(of: officers[desk])
    }
}
