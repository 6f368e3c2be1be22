internal import Dossiers
internal import SeededRandom
internal import Time

/// Something that comes to an office from outside.
struct Arrival {
    enum Sort {
        case contact(way: String)
        case dossier(channel: String)
        case onlineDossier
    }

    var sort: Sort
    var time: Int64
    var office: Int
}

/// Spreads the plan's totals over offices and days.
struct Arrivals {
    /// What arrives in each phase, in order of time.
    private(set) var phases: [[Arrival]]

    private let days: [CalendarDate]
    private let officeWeights: [Int]
    private let dayWeights: [Int]

    /// - Parameter days: the working days; each is a phase.
    init(
        plan: HalfYear.Plan, offices: [DistrictOffice], days: [CalendarDate],
        _ generator: inout SeededGenerator
    ) {
        self.days = days
        officeWeights = offices.map(\.weight)
        dayWeights = days.map { Self.weight(of: $0) * generator.number(in: 85...115) }
        phases = Array(repeating: [], count: days.count)
        let atDesks: [(Arrival.Sort, Int)] = [
            (.contact(way: "in_person"), plan.inPersonContacts),
            (.contact(way: "outgoing_call"), plan.outgoingCalls),
            (.contact(way: "incoming_call"), plan.incomingCalls),
            (.dossier(channel: "post"), plan.postDossiers),
            (
                .dossier(channel: "counter"),
                plan.dossiers - plan.onlineDossiers - plan.postDossiers
            ),
        ]
        for (sort, count) in atDesks {
            for _ in 0..<count { addAtDesk(sort, &generator) }
        }
        addOnline(plan.onlineDossiers, from: plan.days.lowerBound, &generator)
        for phase in phases.indices {
            phases[phase] = sortedByTime(phases[phase]) { $0.time }
        }
    }

    private mutating func addAtDesk(_ sort: Arrival.Sort, _ generator: inout SeededGenerator) {
        let phase = generator.index(byWeight: dayWeights)
        let time = OfficeCalendar.instant(of: days[phase], &generator)
        let office = generator.index(byWeight: officeWeights)
        phases[phase].append(Arrival(sort: sort, time: time, office: office))
    }

    /// The portal is open on all days; what comes in after hours is imported on the next working day.
    private mutating func addOnline(
        _ count: Int, from first: CalendarDate, _ generator: inout SeededGenerator
    ) {
        guard let last = days.last else { return }
        let all = (first.daysSinceEpoch...last.daysSinceEpoch)
            .map(CalendarDate.init(daysSinceEpoch:))
        let weights = all.map(Self.weight(of:))
        for _ in 0..<count {
            let day = all[generator.index(byWeight: weights)]
            // 06:00 to 22:59, on the last day until the offices close.
            let closing = day == last ? 17 * 3600 : 23 * 3600
            let second = generator.number(in: 6 * 3600...closing - 1)
            let time = OfficeTime.startOfDay(day) + Int64(second) * 1000
            guard let phase = days.firstIndex(where: { OfficeCalendar.closing(of: $0) > time })
            else { continue }
            let office = generator.index(byWeight: officeWeights)
            phases[phase].append(Arrival(sort: .onlineDossier, time: time, office: office))
        }
    }

    /// Mondays are busy, the days before the Lunar New Year are not, on free days some are online.
    private static func weight(of day: CalendarDate) -> Int {
        guard OfficeCalendar.isWorkingDay(day) else { return day.month == 2 ? 15 : 30 }
        if day.month == 2, day.day < 10 { return 60 }
        return day.weekday == .monday ? 125 : 100
    }
}

/// The elements by time, those of one time in the order in which they stood.
func sortedByTime<Element>(_ list: [Element], _ time: (Element) -> Int64) -> [Element] {
    list.enumerated()
        .sorted { (time($0.element), $0.offset) < (time($1.element), $1.offset) }
        .map(\.element)
}
