import Causality
import Replication
import Testing

/// received → reviewed → approved → returned; a reviewed one may be rejected, or paused and
/// resumed.
private struct SampleWorkflow: Workflow {
    private static let transitions: [String: [String]] = [
        "received": ["reviewed"], "reviewed": ["approved", "rejected", "paused"],
        "paused": ["reviewed"], "approved": ["returned"], "rejected": ["returned"],
    ]

    func isReachable(_ target: String, from source: String) -> Bool {
        var reached: Set<String> = []
        var left = Self.transitions[source] ?? []
        while let next = left.popLast() {
            if reached.insert(next).inserted { left += Self.transitions[next] ?? [] }
        }
        return reached.contains(target)
    }
}

@Suite("Merge rules")
struct MergeRuleTests {
    private static let workflow = MergeRule.workflow(SampleWorkflow())

    /// Values written concurrently by replicas 1, 2, 3… at the given clocks.
    private func state(_ values: [(clock: UInt64, value: FieldValue)]) throws -> RecordState {
        var state = try #require(RandomHistory.emptyState())
        for (index, (clock, value)) in values.enumerated() {
            let change = Change(
                dot: Dot(ReplicaID(UInt64(index) + 1), 1),
                clock: HybridTimestamp(rawValue: clock), kind: .dossier,
                record: RandomHistory.record, context: VersionVector(),
                writes: [FieldWrite("s", value)])
            #expect(state.apply(change) == .applied)
        }
        return state
    }

    private func shown(
        _ values: [(clock: UInt64, value: FieldValue)], by rule: MergeRule
    ) throws -> ShownField {
        try #require(try state(values).shown("s", by: rule))
    }

    private func statuses(_ names: String...) -> [(clock: UInt64, value: FieldValue)] {
        // The first has the latest clock, so a settled status is not settled by the clock.
        names.enumerated().map { (UInt64(100 - $0.offset), .text($0.element)) }
    }

    @Test("A field without values shows nothing, by any rule")
    func noValue() throws {
        let state = try #require(RandomHistory.emptyState())
        for rule in [.register, .entries, Self.workflow] {
            #expect(state.shown("s", by: rule) == nil)
        }
    }

    @Test("A single value is shown by every rule, without a conflict")
    func singleValue() throws {
        for rule in [.register, .entries, Self.workflow] {
            let field = try shown([(5, .integer(7))], by: rule)
            #expect(field.value == .integer(7))
            #expect(field.entries.count == 1)
            #expect(!field.isConflict)
        }
    }

    @Test("Of two values the one with the later clock is shown, and a person is asked")
    func laterClock() throws {
        for (first, second, value) in [(9, 8, "x"), (8, 9, "y")] as [(UInt64, UInt64, String)] {
            let field = try shown([(first, .text("x")), (second, .text("y"))], by: .register)
            #expect(field.value == .text(value))
            #expect(field.entries.map(\.value).first == .text(value))
            #expect(field.entries.count == 2)
            #expect(field.isConflict)
        }
    }

    @Test("Of two values with one clock the higher dot's is shown, on every replica the same")
    func equalClocks() throws {
        let field = try shown([(9, .text("x")), (9, .text("y"))], by: .register)
        #expect(field.value == .text("y"))
        #expect(field.isConflict)
    }

    @Test("Equal values that were written concurrently are no conflict")
    func equalValues() throws {
        for rule in [.register, .entries, Self.workflow] {
            let field = try shown([(1, .text("x")), (2, .text("x"))], by: rule)
            #expect(field.value == .text("x"))
            #expect(field.entries.count == 2)
            #expect(!field.isConflict)
        }
    }

    @Test("Texts that differ only in how accents are encoded are no conflict")
    func canonicallyEquivalentTexts() throws {
        let composed = FieldValue.text("Nguy\u{1ec5}n")
        let decomposed = FieldValue.text("Nguye\u{302}\u{303}n")
        let field = try shown([(1, composed), (2, decomposed)], by: .register)
        #expect(!field.isConflict)
        #expect(try !shown([(2, composed), (1, decomposed)], by: Self.workflow).isConflict)
        #expect(try shown([(1, composed), (2, .text("Nguyen"))], by: .register).isConflict)
    }

    @Test("A number and the same digits as text are two values, and so is an emptied field")
    func differentTypes() throws {
        #expect(try shown([(1, .integer(1)), (2, .text("1"))], by: .register).isConflict)
        #expect(try shown([(1, .integer(1)), (2, .null)], by: .register).isConflict)
        #expect(try shown([(1, .bool(true)), (2, .bool(false))], by: .register).isConflict)
    }

    @Test("The later stage settles a status without a person, whatever the clocks say")
    func laterStage() throws {
        for values in [statuses("received", "approved"), statuses("approved", "received")] {
            let field = try shown(values, by: Self.workflow)
            #expect(field.value == .text("approved"))
            #expect(field.entries.count == 2)
            #expect(!field.isConflict)
        }
    }

    @Test("Branches are a conflict: neither is a later stage of the other")
    func branches() throws {
        let field = try shown(statuses("rejected", "approved"), by: Self.workflow)
        #expect(field.value == .text("rejected"))
        #expect(field.isConflict)
    }

    @Test("Stages that can each follow the other are a conflict")
    func loop() throws {
        let field = try shown(statuses("paused", "reviewed"), by: Self.workflow)
        #expect(field.value == .text("paused"))
        #expect(field.isConflict)
    }

    @Test("Of three stages the last one settles it when it follows both others")
    func threeStages() throws {
        for values in [
            statuses("received", "reviewed", "approved"),
            statuses("approved", "received", "reviewed"),
            statuses("received", "approved", "rejected", "returned"),
        ] {
            let field = try shown(values, by: Self.workflow)
            #expect(!field.isConflict)
            #expect([.text("approved"), .text("returned")].contains(field.value))
        }
    }

    @Test("Of three stages with two branches none settles it")
    func threeWithBranches() throws {
        let field = try shown(statuses("received", "approved", "rejected"), by: Self.workflow)
        #expect(field.isConflict)
        #expect(field.value == .text("received"))
        #expect(try shown(statuses("received", "paused", "reviewed"), by: Self.workflow).isConflict)
    }

    @Test("A status that is unknown or no text is settled by nobody but a person")
    func unknownStatus() throws {
        #expect(try shown(statuses("approved", "archived"), by: Self.workflow).isConflict)
        let values: [(UInt64, FieldValue)] = [(2, .integer(1)), (1, .text("approved"))]
        #expect(try shown(values, by: Self.workflow).isConflict)
    }

    @Test("Entries are all kept and never a conflict, latest first, by clock, then dot")
    func entryOrder() throws {
        let values: [(UInt64, FieldValue)] = [
            (5, .text("b")), (9, .text("d")), (5, .text("c")), (1, .text("a")),
        ]
        let field = try shown(values, by: .entries)
        #expect(field.entries.map(\.value.text) == ["d", "c", "b", "a"])
        #expect(field.value == .text("d"))
        #expect(!field.isConflict)
    }

    @Test("Reading changes nothing: the values stay for whoever reads with another rule")
    func readingIsPure() throws {
        let state = try state(statuses("received", "approved"))
        let before = state.canonicalBytes
        _ = state.shown("s", by: Self.workflow)
        #expect(state.canonicalBytes == before)
        #expect(state.shown("s", by: .register)?.isConflict == true)
    }
}
