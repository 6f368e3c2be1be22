import Dossiers
import JSON
import Time

/// The figures as their descriptions say them, one filter for each: slow, and nothing like the
/// tally that is tested.
struct Recount {
    let dossiers: [Dossier]
    let contacts: [Contact]
    /// The first and the last day, as numbers of days since the Unix epoch at +07:00.
    let days: ClosedRange<Int64>

    /// The number of the day at +07:00.
    static func day(_ instant: Int64) -> Int64 {
        ((instant + 25_200_000) / 86_400_000)
    }

    private func isWithin(_ instant: Int64?) -> Bool {
        instant.map { days.contains(Self.day($0)) } == true
    }

    private func isBefore(_ instant: Int64?) -> Bool {
        instant.map { Self.day($0) < days.lowerBound } == true
    }

    private func finish(_ dossier: Dossier) -> Int64? {
        let hasResult = dossier.status == .finished || dossier.status == .returned
        return dossier.finished ?? (hasResult ? dossier.returned : nil)
    }

    private func isRefused(_ dossier: Dossier) -> Bool {
        dossier.status == .withdrawn || dossier.status == .notAccepted
    }

    private func isUndatedFinish(_ dossier: Dossier) -> Bool {
        (dossier.status == .finished || dossier.status == .returned) && finish(dossier) == nil
    }

    private var received: [Dossier] { dossiers.filter { isWithin($0.received) } }

    private var carriedOver: [Dossier] {
        dossiers.filter {
            isBefore($0.received) && !isRefused($0) && !isUndatedFinish($0)
                && !isBefore(finish($0))
        }
    }

    private var finished: [Dossier] {
        (received + carriedOver).filter { !isRefused($0) && isWithin(finish($0)) }
    }

    private var late: [Dossier] {
        finished.filter { dossier in
            guard let finish = finish(dossier), let due = dossier.due else { return false }
            return finish > due
        }
    }

    private var early: [Dossier] {
        finished.filter { dossier in
            guard let finish = finish(dossier), let due = dossier.due else { return false }
            return Self.day(finish) < Self.day(due)
        }
    }

    private var unfinished: [Dossier] {
        (received + carriedOver).filter {
            !isRefused($0) && !isUndatedFinish($0) && !isWithin(finish($0))
        }
    }

    private func suspended(_ status: DossierStatus) -> Int {
        unfinished.filter { $0.status == status && finish($0) == nil }.count
    }

    private var guided: [Contact] { contacts.filter { isWithin($0.occurred) } }
    private var returned: [Dossier] {
        dossiers.filter { isWithin($0.returned) && $0.received != nil }
    }

    /// The figures by their names in JSON.
    var figures: [String: Int64] {
        let waiting = [DossierStatus.supplementRequired, .paymentRequired, .stopped]
        let suspended = waiting.map(suspended)
        let inProcess = unfinished.filter { !waiting.contains($0.status) || finish($0) != nil }
        let overdue = inProcess.filter { dossier in
            dossier.due.map { Self.day($0) <= days.upperBound } == true
        }
        let withoutDue = finished.filter { $0.due == nil }
        let punctual = finished.count - early.count - late.count - withoutDue.count
        let undated = received.filter(isUndatedFinish)
        let counts: [String: Int] = [
            "guided.total": guided.count,
            "guided.inPerson": guided.filter { $0.way == "in_person" }.count,
            "guided.outgoingCalls": guided.filter { $0.way == "outgoing_call" }.count,
            "guided.incomingCalls": guided.filter { $0.way == "incoming_call" }.count,
            "guided.unstated": guided.filter { $0.way == nil }.count,
            "received.total": received.count,
            "received.counter": received.filter { $0.channel == "counter" }.count,
            "received.online": received.filter { $0.channel == "online" }.count,
            "received.post": received.filter { $0.channel == "post" }.count,
            "received.unstated": received.filter { $0.channel == nil }.count,
            "carriedOver": carriedOver.count,
            // Nothing happened to these dossiers after they were entered.
            "takenOver": 0, "reopened": 0, "handedOver": 0, "voided": 0,
            "finished.total": finished.count + undated.count,
            "finished.early": early.count,
            "finished.onTime": punctual,
            "finished.late": late.count,
            "finished.withoutDue": withoutDue.count,
            "finished.undated": undated.count,
            "inProcess.total": inProcess.count,
            "inProcess.withinTime": inProcess.count - overdue.count,
            "inProcess.overdue": overdue.count,
            "suspended.total": suspended.reduce(0, +),
            "suspended.supplementRequired": suspended[0],
            "suspended.paymentRequired": suspended[1],
            "suspended.stopped": suspended[2],
            "withdrawn": received.filter { $0.status == .withdrawn }.count,
            "notAccepted": received.filter { $0.status == .notAccepted }.count,
            "returned.total": returned.count,
            "returned.counter": returned.filter { $0.method == "counter" }.count,
            "returned.post": returned.filter { $0.method == "post" }.count,
            "returned.unstated": returned.filter { $0.method == nil }.count,
            "conflicts.total": 0, "conflicts.dossiers": 0, "conflicts.contacts": 0,
            "undated.dossiers": dossiers.filter { $0.received == nil }.count,
            "undated.contacts": contacts.filter { $0.occurred == nil }.count,
        ]
        return counts.mapValues { Int64($0) }
    }

    /// The figures of one month, by its text `YYYY-MM`, by their names in JSON.
    func month(_ month: String) -> [String: Int64] {
        func isIn(_ instant: Int64?) -> Bool {
            guard let instant else { return false }
            return CalendarDate(daysSinceEpoch: Int(Self.day(instant))).description
                .hasPrefix(month)
        }
        let received = received.filter { isIn($0.received) }
        let counts = [
            "guided": guided.filter { isIn($0.occurred) }.count,
            "received": received.count,
            "online": received.filter { $0.channel == "online" }.count,
            "finished": finished.filter { isIn(finish($0)) }.count,
            "late": late.filter { isIn(finish($0)) }.count,
        ]
        return counts.mapValues { Int64($0) }
    }
}

/// The figures of a report's JSON by name, the share of online dossiers left out.
func figures(_ json: JSONValue?) -> [String: Int64] {
    var figures: [String: Int64] = [:]
    for member in json?.objectValue ?? [] {
        figures[member.name] = member.value.integerValue
        for inner in member.value.objectValue ?? [] where inner.name != "onlineShare" {
            figures["\(member.name).\(inner.name)"] = inner.value.integerValue
        }
    }
    return figures
}
