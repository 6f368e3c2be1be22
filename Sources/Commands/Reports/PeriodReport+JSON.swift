public import JSON
internal import Time

extension PeriodReport {
    /// The report as one JSON document; members keep this order, and new ones may be added.
    ///
    /// ```
    /// {"from": "2020-12-16", "to": "2021-06-15", "office": null or CODE,
    ///  "total": FIGURES,
    ///  "offices": [{"code": CODE or null, "name": TEXT or null, "figures": FIGURES}],
    ///  "months": [{"month": "2021-01", "guided": N, "received": N, "online": N,
    ///              "finished": N, "late": N}],
    ///  "procedures": [{"code": TEXT or null, "name": TEXT or null, "figures": FIGURES}],
    ///  "corrected": {"since": NUMBER, "asIssued", "total", "arrivedLate", "corrected", "voided", "reopened",
    ///                "unknown"}, absent unless it is issued after another (`ReportCorrections`),
    ///  "clocks": CLOCKS, absent where there is nothing to say (`ClockFindings.json`),
    ///  "cut": CUT or absent (`ReportCut.json`)}
    /// FIGURES = {
    ///  "guided": {"total", "inPerson", "outgoingCalls", "incomingCalls", "unstated"},
    ///  "received": {"total", "counter", "online", "post", "unstated", "onlineShare"},
    ///  "carriedOver": N, "takenOver": N, "reopened": N,
    ///  "finished": {"total", "early", "onTime", "late", "withoutDue", "undated"},
    ///  "inProcess": {"total", "withinTime", "overdue"},
    ///  "suspended": {"total", "supplementRequired", "paymentRequired", "stopped"},
    ///  "withdrawn": N, "notAccepted": N, "handedOver": N, "voided": N,
    ///  "returned": {"total", "counter", "post", "unstated"},
    ///  "conflicts": {"total", "dossiers", "contacts"},
    ///  "undated": {"dossiers", "contacts"}}
    /// ```
    /// All are whole numbers but `onlineShare`, which is 0.0 to 1.0 with three decimals, or `null`
    /// when nothing was received. `PeriodFigures` says what each one counts.
    public func json(cut: ReportCut? = nil) -> JSONValue {
        .object(
            members + (corrections.map { [("corrected", Self.json($0))] } ?? [])
                + (clocks.isEmpty ? [] : [("clocks", clocks.json)])
                + (cut.map { [("cut", $0.json)] } ?? []))
    }

    private var members: [(String, JSONValue)] {
        [
            ("from", .string(period.from.description)),
            ("to", .string(period.to.description)),
            ("office", office.map(JSONValue.string) ?? .null),
            ("total", total.json),
            ("offices", .array(offices.map(Self.json))),
            ("months", .array(months.map(Self.json))),
            (
                "procedures",
                .array(
                    procedures.map { row in
                        .object([
                            ("code", row.code.map(JSONValue.string) ?? .null),
                            ("name", row.name.map(JSONValue.string) ?? .null),
                            ("figures", row.figures.json),
                        ])
                    })
            ),
        ]
    }

    private static func json(_ corrections: ReportCorrections) -> JSONValue {
        .object(
            [("since", .integer(corrections.since))]
                + corrections.named.map { ($0.0, number($0.1)) })
    }

    private static func json(_ row: OfficeRow) -> JSONValue {
        .object([
            ("code", row.code.map(JSONValue.string) ?? .null),
            ("name", row.name.map(JSONValue.string) ?? .null),
            ("figures", row.figures.json),
        ])
    }

    private static func json(_ row: MonthRow) -> JSONValue {
        .object([
            ("month", .string(row.month.description)), ("guided", number(row.guided)),
            ("received", number(row.received)), ("online", number(row.online)),
            ("finished", number(row.finished)), ("late", number(row.late)),
        ])
    }

    private static func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }
}

extension PeriodFigures {
    /// The figures by their names in JSON and CSV, in order. A name without a dot stands alone.
    var named: [(group: String, name: String?, value: Int)] {
        [
            ("guided", "total", guided.total), ("guided", "inPerson", guided.inPerson),
            ("guided", "outgoingCalls", guided.outgoingCalls),
            ("guided", "incomingCalls", guided.incomingCalls),
            ("guided", "unstated", guided.unstated),
            ("received", "total", received.total), ("received", "counter", received.counter),
            ("received", "online", received.online), ("received", "post", received.post),
            ("received", "unstated", received.unstated),
            ("carriedOver", nil, carriedOver),
            ("takenOver", nil, takenOver), ("reopened", nil, reopened),
            ("finished", "total", finished.total), ("finished", "early", finished.early),
            ("finished", "onTime", finished.onTime), ("finished", "late", finished.late),
            ("finished", "withoutDue", finished.withoutDue),
            ("finished", "undated", finished.undated),
            ("inProcess", "total", inProcess.total),
            ("inProcess", "withinTime", inProcess.withinTime),
            ("inProcess", "overdue", inProcess.overdue),
            ("suspended", "total", suspended.total),
            ("suspended", "supplementRequired", suspended.supplementRequired),
            ("suspended", "paymentRequired", suspended.paymentRequired),
            ("suspended", "stopped", suspended.stopped),
            ("withdrawn", nil, withdrawn), ("notAccepted", nil, notAccepted),
            ("handedOver", nil, handedOver), ("voided", nil, voided),
            ("returned", "total", returned.total), ("returned", "counter", returned.counter),
            ("returned", "post", returned.post), ("returned", "unstated", returned.unstated),
            ("conflicts", "total", conflicts.total),
            ("conflicts", "dossiers", conflicts.dossiers),
            ("conflicts", "contacts", conflicts.contacts),
            ("undated", "dossiers", undated.dossiers),
            ("undated", "contacts", undated.contacts),
        ]
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        for (group, name, value) in named {
            let number = JSONValue.integer(Int64(value))
            guard let name else {
                members.append(JSONMember(name: group, value: number))
                continue
            }
            var inner = members.last?.name == group ? members.removeLast().value.objectValue : nil
            inner = (inner ?? []) + [JSONMember(name: name, value: number)]
            if group == "received", name == "unstated" {
                inner?.append(JSONMember(name: "onlineShare", value: onlineShare))
            }
            members.append(JSONMember(name: group, value: .object(inner ?? [])))
        }
        return .object(members)
    }

    private var onlineShare: JSONValue {
        Share.perMille(received.online, of: received.total)
            .map { .real(Double($0) / 1000) } ?? .null
    }
}
