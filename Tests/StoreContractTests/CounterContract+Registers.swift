import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store
import Time

extension CounterContract {
    mutating func central() throws {
        expect(
            try store.view { try $0.centralKey(inEpoch: nil) } == nil
                && store.view { try $0.bundleProgress() } == nil
                && store.view { try $0.centralTrust() } == CentralTrust(),
            "central is known before it is")
        guard let key = PublicKey(bytes: Hash256(hashing: [3]).bytes) else { return }
        try write { try $0.save(centralKey: key, ofEpoch: 4) }
        expect(
            try store.view { try $0.centralKey(inEpoch: 4) } == key
                && store.view { try $0.centralKey(inEpoch: 5) } == nil
                && store.view { try $0.centralKey(inEpoch: nil) } == nil,
            "central's key counts in another epoch")
        let trust = CentralTrust(pin: "sha256//x", authorities: "PEM")
        try write { try $0.save(trust) }
        expect(try store.view { try $0.centralTrust() } == trust, "the pin is forgotten")
        try write { try $0.keepNewsWait(seconds: 20, at: "http://one") }
        try write { try $0.keepNewsWait(seconds: 30, at: "http://two") }
        expect(
            try store.view { try $0.newsWaitSeconds(at: "http://two") } == 30
                && store.view { try $0.newsWaitSeconds(at: "http://one") } == nil,
            "a wait counts at another address")
        let progress = BundleProgress(lastApplied: [1, 2], completeAsOf: now())
        try write { try $0.save(progress) }
        expect(
            try store.view { try $0.bundleProgress() } == progress,
            "how far bundles came is forgotten")
        try write { try $0.setBundleNeeds([id(5)], forSeq: 2) }
        try write { try $0.setBundleNeeds([id(9), id(8)], forSeq: 3) }
        expect(
            try Set(store.view { try $0.bundleNeeds(forSeq: 3) }) == [id(8), id(9)]
                && store.view { try $0.bundleNeeds(forSeq: 2) }.isEmpty,
            "central's needs are those of another change")
    }

    mutating func receipts() throws {
        func receipt(_ seq: UInt64, outcome: String?) -> CounterReceipt {
            var receipt = CounterReceipt(
                began: Timestamp(milliseconds: Int64(seq)), replica: Self.replica, durable: seq,
                durableHash: Hash256(hashing: [UInt8(seq)]))
            receipt.outcome = outcome
            receipt.pushed = seq
            receipt.former = ReplicaID(9)
            receipt.epoch = 3
            receipt.failure = outcome == nil ? "unreachable" : nil
            receipt.digest = Hash256(hashing: [1])
            receipt.centralDigest = receipt.digest
            receipt.skewMilliseconds = -5
            receipt.centralTime = Timestamp(milliseconds: 77)
            return receipt
        }
        let given = (1...6).map { receipt(UInt64($0), outcome: $0 == 2 ? "synced" : nil) }
        let numbers = try given.map { one in try write { try $0.put(one) } }
        expect(numbers == [1, 2, 3, 4, 5, 6], "receipts are not numbered in order")
        var stored = given
        for place in stored.indices { stored[place].number = numbers[place] }
        expect(
            try store.view { try $0.counterReceipts(last: 9) } == stored.reversed()
                && store.view { try $0.counterReceipts(last: 2) } == stored.suffix(2).reversed(),
            "receipts are not told as they were given, newest first")
        var again = stored[5]
        again.pulled = 12
        let renewed = again
        expect(
            try write { try $0.put(renewed) } == 6
                && store.view { try $0.counterReceipts(last: 1) } == [renewed],
            "a receipt is not brought up to date")
        try write { try $0.dropReceipts(through: 4) }
        expect(
            try store.view { try $0.counterReceipts(last: 9) }.map(\.number) == [6, 5, 2],
            "of old receipts the last complete one does not stay alone")
    }

    mutating func carried() throws {
        let writer = ReplicaID(500)
        func carried(_ seq: UInt64, _ record: UInt8) -> CarriedChange {
            var change = change(.dossier, record, dossier(), seq: seq)
            change.dot = Dot(writer, seq)
            return CarriedChange(change, of: id(record), keptSeq: 1)
        }
        let (first, second, third) = (carried(2, 70), carried(3, 70), carried(4, 71))
        try write { transaction in
            try transaction.keep(third, .waits)
            try transaction.keep(second, .waits)
            try transaction.keep(first, .issued(Dot(Self.replica, 40)))
        }
        expect(
            try store.view { try $0.waitingCarried() } == [second, third]
                && store.view { try $0.waitingCarriedCount() } == 2,
            "what waits is not told in its writer's order")
        expect(
            try store.view { try $0.isCarriedSettled(Dot(writer, 2)) }
                && !store.view { try $0.isCarriedSettled(Dot(writer, 3)) }
                && !store.view { try $0.isCarriedSettled(Dot(writer, 9)) },
            "what waits, or never came, is settled")
        let names = try store.view {
            try $0.carriedNames(of: writer, to: id(70), seqs: 1...4)
        }
        expect(
            names == [
                CarriedName(Dot(writer, 2), .issued(Dot(Self.replica, 40))),
                CarriedName(Dot(writer, 3), .waits),
            ], "what carried changes are called here is not known")
        expect(
            try store.view { try $0.carriedNames(of: writer, to: id(70), seqs: 3...4) }.count == 1,
            "names of other seqs are told")
        expect(
            try store.view { try $0.carriedDots(issuedBy: Self.replica) } == [40: [Dot(writer, 2)]]
                && store.view { try $0.carriedDots(issuedBy: ReplicaID(2)) }.isEmpty,
            "what was issued of carried changes is not found by its name here")
        try write { transaction in
            try transaction.keep(second, .settled)
            try transaction.renameCarried(
                [Dot(writer, 2)], from: Dot(Self.replica, 40), to: Dot(ReplicaID(2), 1), of: id(70))
        }
        expect(
            try store.view { try $0.waitingCarried() } == [third]
                && store.view { try $0.carriedNames(of: writer, to: id(70), seqs: 1...4) }
                    .map(\.standing) == [.issued(Dot(ReplicaID(2), 1)), .settled],
            "what was settled, or renamed, stays as it was")
    }

    mutating func codes() throws {
        let today = try write { try RecordEdit($0).today() }
        let code = try write { try RecordEdit($0).nextCode(day: today) }
        let made = try make(code: code)
        expect(
            try store.view { try $0.record(named: .code(code))?.state.id } == made.record
                && store.view { try $0.record(named: .typed(String(code.suffix(5))))?.state.id }
                    == made.record
                && store.view { try $0.record(named: .code("none")) } == nil,
            "a dossier is not found by its code")
        expect(
            try store.view {
                try $0.lastGivenNumber(agency: "A", day: today, first: 10_000)
            } == 10_001
                && store.view {
                    try $0.lastGivenNumber(agency: "A", day: today, first: 20_000)
                } == nil, "which numbers were given is not known")
        expect(
            try store.view {
                try $0.highestNumber(agency: "A", day: today, in: 10_000..<20_000)
            } == 10_001
                && store.view {
                    try $0.highestNumber(agency: "A", day: today, in: 20_000..<30_000)
                } == nil, "which numbers dossiers have is not known")
        try write {
            try $0.noteGiven(10_007, agency: "A", day: today, first: 10_000)
            try $0.noteGiven(10_003, agency: "A", day: today, first: 10_000)
        }
        expect(
            try write { try RecordEdit($0).nextCode(day: today) }.hasSuffix("10008"),
            "a number is given again")
        expect(
            try store.view { try $0.deskNumbers(inCodesOf: "A") } == [1],
            "which desks have given codes is not known")
        try join(.dossier, id: 80, dossier() + [FieldWrite("code", .text(code))])
        let shared = try store.view { try $0.sharedCodes(office: "A") }
        expect(
            try shared.map(\.code) == [code]
                && shared.first?.records == [made.record, id(80)].sorted()
                && store.view { try $0.sharedCodes(office: "B") }.isEmpty,
            "codes that two dossiers have are not named with both")
        try join(
            .procedure, id: 81,
            [
                FieldWrite("code", .text("1.004199")),
                FieldWrite("effective_from", .text("2021-01-01")),
                FieldWrite("transitions", .text("new>finished")),
            ])
        expect(
            try store.view { try $0.editions(of: "1.004199") }.map(\.effectiveFrom)
                == ["2021-01-01"]
                && store.view { try $0.editions(of: "1.004199.000.00.00.H56") }.count == 1
                && store.view { try $0.editions(of: "2.000001") }.isEmpty,
            "a procedure's editions are not found")
        expect(
            try make(procedure: "1.004199").unknownProcedure == nil
                && make(procedure: "9.999999").unknownProcedure == "9.999999",
            "whether the catalog has a procedure is not known")
        expect(
            try store.view { try $0.hasOffice("A") } && !store.view { try $0.hasOffice("Z") }
                && store.view { try $0.offices(ofCode: "a") }.count == 1,
            "an office of the catalog is not found")
        let moved = try? write {
            try RecordEdit($0).edit(
                .id(made.record),
                writes: [FieldWrite(RecordSchema.officeField, .text("b"))])
        }
        expect(
            moved?.change.writes.first?.value == .text("B"),
            "an office is not written as the catalog writes it")
    }

    mutating func watch() throws {
        let central = Timestamp(milliseconds: 1_622_509_300_000)
        try write { try $0.noteCentral(central, isNow: true) }
        expect(
            try store.view { try $0.clockWatch() }.witness.central == central,
            "what central's clock said is forgotten")
        let behind = Timestamp(milliseconds: central.milliseconds - 86_400_000 * 30)
        let fault = try store.transaction(now: behind) { try $0.clockFault() }
        expect(
            try fault != nil && store.view { try $0.clockFault(at: behind) } == fault,
            "a clock that is behind is right")
        try store.transaction(now: behind) { transaction in
            if let fault { try transaction.noteAsked(about: fault) }
        }
        expect(
            try fault.map { fault in try store.view { try $0.wasAsked(about: fault) } } == true,
            "that a person was asked is forgotten")
        let later = Timestamp(milliseconds: central.milliseconds + 5_000)
        _ = try store.transaction(now: later) {
            try RecordEdit($0).make(.dossier, writes: dossier())
        }
        expect(
            try store.view { try $0.clockWatch() }.witness.lastChange == later,
            "a change is no witness of the time")
    }

    /// What is gathered and written at the end is what one change after the other gives.
    mutating func batch() throws {
        let officers = ["Lan", "Hoa", "An", "Mai"]
        func changes(_ id: UInt8) -> [Change] {
            var context = VersionVector()
            return officers.indices.map { index in
                let seq = UInt64(index + 1)
                let writes =
                    index == 0
                    ? dossier(officers[0]) : [FieldWrite("officer", .text(officers[index]))]
                let change = change(.dossier, id, writes, seq: seq, seen: context)
                context.insert(change.dot)
                return change
            }
        }
        let outcomes = try write { transaction in
            var outcomes: [ApplyOutcome] = []
            var batch = CounterBatch(transaction)
            for (first, second) in zip(changes(90), changes(91)) {
                outcomes.append(try batch.apply(first, to: id(90)))
                outcomes.append(try batch.apply(second, to: id(91)))
                outcomes.append(try batch.apply(first, to: id(90)))
            }
            try batch.write(id(91))
            // Of another kind under an id that the batch alone knows: the first keeps it.
            let contact = change(
                .contact, 90, [FieldWrite(RecordSchema.officeField, .text("A"))], seq: 9)
            _ = try batch.apply(contact, to: id(90))
            try batch.writeAll()
            return outcomes
        }
        let wanted: [ApplyOutcome] = officers.flatMap { _ in [.applied, .applied, .alreadyCovered] }
        expect(outcomes == wanted, "a change is not applied, or twice")
        for number in [90, 91] as [UInt8] {
            var wanted = RecordState(kind: .dossier, id: id(number))
            for change in changes(number) { _ = wanted.apply(change) }
            let found = try store.view { try $0.open(.dossier, id(number)) }
            expect(
                try found.state == wanted
                    && store.view { try $0.history(of: found) }.map(\.change) == changes(number),
                "what was gathered is not what its changes give")
        }
    }
}
