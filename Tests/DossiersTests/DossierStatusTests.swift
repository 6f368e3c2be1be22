import Causality
import Dossiers
import Replication
import Testing

@Suite("The statuses of a dossier")
struct DossierStatusTests {
    private let pairs = DossierStatus.allCases.flatMap { from in
        DossierStatus.allCases.map { (from, $0) }
    }

    /// The legal transitions once more, written independently of the code.
    private let legal: [String: Set<String>] = [
        "new": ["accepted", "not_accepted", "supplement_required", "withdrawn"],
        "accepted": [
            "processing", "supplement_required", "payment_required", "withdrawn", "stopped",
            "finished",
        ],
        "not_accepted": [],
        "processing": [
            "supplement_required", "payment_required", "withdrawn", "stopped", "finished",
        ],
        "supplement_required": ["processing", "withdrawn", "stopped"],
        "payment_required": ["processing", "withdrawn", "stopped", "finished"],
        "withdrawn": [],
        "stopped": ["processing", "withdrawn", "finished"],
        "finished": ["returned"],
        "returned": [],
    ]

    @Test("The names are those of the national portal, in its order.")
    func portalNames() {
        #expect(
            DossierStatus.allCases.map(\.rawValue) == [
                "new", "accepted", "not_accepted", "processing", "supplement_required",
                "payment_required", "withdrawn", "stopped", "finished", "returned",
            ])
    }

    @Test("A person may set exactly the legal next statuses, and the same one again.")
    func everyPairOfTransitions() {
        for (from, to) in pairs {
            let isLegal = legal[from.rawValue]?.contains(to.rawValue) == true
            #expect(from.canTransition(to: to) == (isLegal || from == to), "\(from) to \(to)")
        }
    }

    @Test("Reachability holds exactly the legal steps and what follows from them.")
    func closureLaws() {
        for (from, to) in pairs {
            let isStep = from.nextStatuses.contains(to)
            let followsFromStep = from.nextStatuses.contains { to.isReachable(from: $0) }
            #expect(to.isReachable(from: from) == (isStep || followsFromStep), "\(from) to \(to)")
            for middle in DossierStatus.allCases
            where middle.isReachable(from: from) && to.isReachable(from: middle) {
                #expect(to.isReachable(from: from), "\(from) over \(middle) to \(to)")
            }
        }
    }

    @Test("A walk along the legal steps finds the same statuses as the table of reachability.")
    func closureAgreesWithWalking() {
        for from in DossierStatus.allCases {
            var seen = Set<DossierStatus>()
            var queue = from.nextStatuses
            while let status = queue.popLast() {
                if seen.insert(status).inserted { queue += status.nextStatuses }
            }
            let table = Set(DossierStatus.allCases.filter { $0.isReachable(from: from) })
            #expect(table == seen, "from \(from)")
        }
    }

    @Test("Every status but the first can be entered, and only three are ends.")
    func endsAndEntries() {
        let entered = Set(DossierStatus.allCases.flatMap(\.nextStatuses))
        #expect(entered == Set(DossierStatus.allCases).subtracting([.new]))
        #expect(DossierStatus.allCases.filter(\.isEnd) == [.notAccepted, .withdrawn, .returned])
    }

    @Test("Nothing leads back to new or accepted, so two desks that accept and process agree.")
    func acceptedIsBeforeProcessing() {
        #expect(ConcurrentStatuses(.accepted, .processing) == .settled(.processing))
        #expect(ConcurrentStatuses(.processing, .accepted) == .settled(.processing))
    }

    @Test("Outcomes that exclude each other wait for a person.")
    func contradictingOutcomesConflict() {
        #expect(ConcurrentStatuses(.withdrawn, .finished) == .conflict)
        #expect(ConcurrentStatuses(.withdrawn, .returned) == .conflict)
        #expect(ConcurrentStatuses(.notAccepted, .accepted) == .conflict)
        #expect(ConcurrentStatuses(.stopped, .processing) == .conflict)
        #expect(ConcurrentStatuses(.supplementRequired, .paymentRequired) == .conflict)
    }

    @Test("What the table says of each pair is what the merge shows, in either order.")
    func tableAgreesWithMerge() {
        for (left, right) in pairs {
            let state = stateWithConcurrentStatuses(left, right)
            guard
                let shown = state.shown("status", by: RecordSchema.rule(of: "status", in: .dossier))
            else {
                Issue.record("no status for \(left) and \(right)")
                continue
            }
            switch ConcurrentStatuses(left, right) {
            case .same:
                #expect(!shown.isConflict && left == right)
            case .settled(let later):
                #expect(!shown.isConflict && shown.value == .text(later.rawValue))
                #expect(ConcurrentStatuses(right, left) == .settled(later))
            case .conflict:
                #expect(shown.isConflict, "\(left) and \(right)")
                #expect(ConcurrentStatuses(right, left) == .conflict)
            }
        }
    }

    @Test("The Markdown table has one row for each of the hundred ordered pairs.")
    func markdownTable() {
        let lines = DossierStatus.pairTableMarkdown.split(separator: "\n").map(String.init)
        #expect(lines.count == 102)
        #expect(Set(lines).count == 102)
        #expect(lines[0] == "| from | to | may a person set it? | both set concurrently |")
        #expect(lines.contains("| `new` | `new` | stays | same |"))
        #expect(lines.contains("| `new` | `accepted` | yes | `accepted` |"))
        #expect(lines.contains("| `new` | `returned` | no | `returned` |"))
        #expect(lines.contains("| `withdrawn` | `finished` | no | conflict |"))
        #expect(lines.count { $0.hasSuffix("| same |") } == 10)
        #expect(lines.count { $0.contains("| yes |") } == legal.values.map(\.count).reduce(0, +))
    }

    @Test("A status that only a newer version knows is reached from nowhere.")
    func unknownStatusIsNotReachable() {
        let workflow = DossierWorkflow()
        #expect(workflow.isReachable("returned", from: "new"))
        #expect(!workflow.isReachable("archived", from: "returned"))
        #expect(!workflow.isReachable("returned", from: "archived"))
    }

    private func stateWithConcurrentStatuses(
        _ left: DossierStatus, _ right: DossierStatus
    ) -> RecordState {
        var state = makeState(.dossier)
        for (replica, status) in [(1, left), (2, right)] {
            state.take(replica: UInt64(replica), writes: ["status": .text(status.rawValue)])
        }
        return state
    }
}
