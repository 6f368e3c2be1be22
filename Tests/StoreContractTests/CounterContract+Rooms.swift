import Causality
import Crypto
import Dossiers
import Editing
import Replication
import Store
import Time

extension CounterContract {
    mutating func digests() throws {
        try join(.dossier, id: 40, dossier(office: "B"))
        for number in UInt8(41)..<48 { try join(.dossier, id: number, dossier()) }
        let made = try make()
        try set(made.record, officer: "Hoa")
        let all = (UInt8(1)...2).map(id) + (UInt8(41)..<48).map(id) + [made.record]
        let states = try all.compactMap { try state(of: $0) }
        var (sum, buckets) = (Digest(), [Digest](repeating: Digest(), count: RecordID.bucketCount))
        for state in states {
            sum.formUnion(Digest(of: state))
            buckets[Int(state.id.bucket)].formUnion(Digest(of: state))
        }
        expect(
            try store.view { try $0.digest(ofOffice: "A") }
                == ScopeDigest(digest: sum, recordCount: Int64(states.count)),
            "a digest is not that of the scope's states")
        expect(
            try store.view { try $0.bucketDigests(ofOffice: "A") } == buckets,
            "the digests of the buckets are not those of their states")
        let asked = Set(states.map(\.id.bucket)).sorted()
        var listed: [UInt8] = []
        try store.view { view in
            try view.forEachBucket(asked, ofOffice: "A") { bucket, digests in
                listed.append(bucket)
                let inside = states.filter { $0.id.bucket == bucket }
                expect(
                    digests
                        == Dictionary(
                            inside.map { ($0.id, Digest(of: $0)) }, uniquingKeysWith: { $1 }),
                    "a bucket lists other records than are in it")
                return true
            }
        }
        expect(listed == asked, "buckets are not listed in their order")
        let copies = try store.view { try $0.copies(besides: "A", after: nil, limit: 9) }
        expect(
            try copies.map(\.id) == [id(40)] && copies.first?.vv == state(of: id(40))?.vv,
            "the copies of what is another office's are others")
        expect(
            try store.view { try $0.copies(besides: "A", after: id(40), limit: 9) }.isEmpty
                && store.view { try $0.copies(besides: "B", after: id(40), limit: 3) }.map(\.id)
                    == (UInt8(41)..<44).map(id),
            "copies do not go on from where they are asked for")
    }

    mutating func refusals() throws {
        let first = try make()
        let second = try set(first.record, officer: "Hoa")
        let time = now()
        let kept = RefusedChange(
            second.change, of: first.record, code: "out-of-scope", reason: "no", at: time)
        expect(
            try write { try $0.keepRefused(kept, isLogged: true) }
                && !(try write { try $0.keepRefused(kept, isLogged: true) }),
            "what is kept already is news")
        let shown = try store.view { try $0.refusedChanges() }
        expect(
            shown.map(\.change) == [second.change] && shown.map(\.record) == [first.record]
                && shown.map(\.code) == ["out-of-scope"] && shown.map(\.reason) == ["no"]
                && shown.map(\.refusedAt) == [time] && shown.map(\.seq) == [2],
            "what was refused is not shown as it was")
        expect(
            try store.view { try $0.refusedDots(of: first.record) } == [second.dot]
                && store.view { try $0.refusedDots(of: id(3)) } == [],
            "what was refused of a record is not known")
        let open = try store.view { try $0.open(.dossier, first.record) }
        expect(
            try store.view { try $0.history(of: open) }.map(\.isVoid) == [false, true],
            "the log does not mark what was refused")
        expect(
            try store.view { try $0.nextRow(of: Self.replica, after: 1)?.isVoid } == true,
            "a row does not say that it was refused")
        let before = try store.view { try $0.refusedBefore(of: Self.replica, seqs: 1...9) }
        expect(
            before.map(\.seq) == [2] && before.map(\.code) == ["out-of-scope"],
            "central is not told what it had refused before")
        expect(
            try store.view { try $0.refusedBefore(of: Self.replica, seqs: 3...9) }.isEmpty,
            "central is told of other seqs than those that are pushed")
        expect(
            try write { try $0.withdrawRefusal(of: second.dot) }
                && !(try write { try $0.withdrawRefusal(of: second.dot) })
                && store.view { try $0.refusedChanges() }.isEmpty
                && store.view { try $0.history(of: open) }.map(\.isVoid) == [false, false],
            "a refusal that is taken back stays")
        let others = RefusedChange(
            change(.dossier, 9, dossier()), of: id(9), code: "x", reason: "", at: time)
        expect(
            try write { try $0.keepRefused(others, isLogged: false) },
            "what could not stand is not kept")
        // Central has another state: the record goes on from it, with what was written here after.
        var state = state(.dossier, 50, dossier("An"))
        state.id = first.record
        let third = try set(first.record, officer: "Mai")
        try write { transaction in
            _ = try transaction.setAside(
                third.dot, code: "c", reason: "r", goingOnFrom: state)
        }
        expect(
            try self.state(of: first.record)?["officer"].contains { $0.value == .text("Mai") }
                == false && store.view { try $0.refusedDots(of: first.record) } == [third.dot],
            "what was refused stands")
    }

    mutating func erasure() throws {
        try join(.dossier, id: 60, dossier() + [FieldWrite("applicant_name", .text("Bí mật"))])
        let edit = try write {
            try RecordEdit($0).edit(
                .id(id(60)), writes: [FieldWrite("applicant_name", .text("Bí mật hai"))])
        }
        let kept = RefusedChange(
            edit.change, of: id(60), code: "c", reason: "r", at: now())
        try write { _ = try $0.keepRefused(kept, isLogged: false) }
        let before = try store.view { try $0.open(.dossier, id(60)) }
        expect(
            try store.view { try $0.keptStates(of: before) }
                .contains { !$0["applicant_name"].isEmpty },
            "what an own change replaced and no change holds is not kept")
        guard let key = SigningKey(seed: Array(repeating: 5, count: SigningKey.seedByteCount))
        else { return }
        let order = Erasure(
            of: id(60), keeping: RecordSchema.fieldsKeptByErasure(of: .dossier), reason: "QĐ",
            signedBy: key)
        let change = Change(
            dot: Dot(ReplicaID(99), 1), clock: HybridTimestamp(rawValue: 1 << 60),
            kind: .dossier, record: id(60), context: before.state.vv, writes: [],
            additions: [FieldWrite(RecordSchema.erasedField, order.value)])
        let erased = try write { transaction in
            _ = try CounterMerge(transaction).apply(change, to: before)
            return transaction.erasedRecords
        }
        expect(erased == [id(60)], "a transaction does not say what was erased in it")
        let after = try store.view { try $0.open(.dossier, id(60)) }
        let changes =
            try store.view { try $0.history(of: after) }.map(\.change)
            + store.view { try $0.refusedChanges() }.map(\.change)
        let states = try store.view { try $0.keptStates(of: after) } + [after.state]
        expect(
            changes.allSatisfy { !$0.writes.contains { $0.name == "applicant_name" } }
                && states.allSatisfy { $0["applicant_name"].isEmpty },
            "what was erased is still there")
        expect(
            try store.view { try $0.chainHash(of: Self.replica, seq: 1) } != nil
                && store.view { try $0.loggedChange(Dot(Self.replica, 1)) } != nil,
            "a change without its content is no link of the chain")
    }

    mutating func pulls() throws {
        try write { transaction in
            for number in [30, 10, 20] as [UInt8] {
                try transaction.setGap(id(number), isOpen: true)
            }
            try transaction.setGap(id(10), isOpen: true)
        }
        expect(
            try store.view { try $0.gaps(limit: 9) } == [id(10), id(20), id(30)],
            "the records that are wanted are others")
        expect(
            try store.view { try $0.gaps(limit: 2) }.count == 2, "more records are told than asked")
        try write { try $0.setGap(id(20), isOpen: false) }
        expect(
            try store.view { try $0.gaps(limit: 9) } == [id(10), id(30)],
            "a record that has come is still wanted")
        // Two desks wrote without knowing of each other; what is void, or another office's, waits for nobody.
        try join(.dossier, id: 31, dossier())
        let other = change(.dossier, 31, [FieldWrite("officer", .text("An"))], seq: 2)
        var parted = other
        parted.dot = Dot(ReplicaID(77), 1)
        let found = try store.view { try $0.open(.dossier, id(31)) }
        _ = try write { try CounterMerge($0).apply(parted, to: found) }
        expect(
            try store.view { try $0.waitingConflictCount() } == 1,
            "conflicts that wait are counted wrong")
        try write { _ = try CounterMerge($0).depart(.dossier, id(31)) }
        expect(
            try store.view { try $0.waitingConflictCount() } == 0,
            "a conflict of what has left the office waits")
        let marked = change(
            .dossier, 32, dossier(), seq: 1)
        var wrong = marked
        wrong.additions = [FieldWrite(RecordSchema.clockOffField, .integer(86_400_000))]
        let empty = try store.view { try $0.open(.dossier, id(32)) }
        _ = try write { try CounterMerge($0).apply(wrong, to: empty) }
        expect(
            try store.view { try $0.wrongClockCount() } == 1,
            "what was written under a wrong clock is not counted")
    }

    mutating func identity() throws {
        var identity = try store.view { try $0.enrolledIdentity().identity }
        let made = try make()
        var progress = identity
        progress.pushedSeq = 1
        progress.acknowledgedSeq = 1
        progress.cursor = (5, ShortHash(Hash256(hashing: [1])))
        progress.resumeMark = [1, 2]
        progress.lastExchange = now()
        progress.lastComplete = now()
        progress.lastOutcome = "synced"
        progress.epoch = 7
        progress.pushLimit = 3
        progress.copiesGivenIn = 7
        progress.nextSigningSeed = [9]
        progress.link = MeasuredLink(chunkBytes: 4096, bytesPerSecond: 10, dictionary: 2)
        progress.state = .revoked
        progress.token = "another"
        progress.desk = 8
        try write { try $0.saveProgress(progress) }
        let stored = try store.view { try $0.enrolledIdentity().identity }
        expect(
            stored.seq == made.dot.seq && stored.chainHash != .zero && stored.clock.rawValue > 0
                && stored.token == identity.token && stored.desk == 1,
            "progress touches who the replica is")
        expect(
            stored.pushedSeq == 1 && stored.acknowledgedSeq == 1 && stored.cursor?.position == 5
                && stored.cursor?.hash == progress.cursor?.hash && stored.resumeMark == [1, 2]
                && stored.lastExchange == progress.lastExchange
                && stored.lastComplete == progress.lastComplete
                && stored.lastOutcome == "synced" && stored.epoch == 7 && stored.pushLimit == 3
                && stored.copiesGivenIn == 7 && stored.nextSigningSeed == [9]
                && stored.link == progress.link && stored.state == .revoked,
            "progress is not kept whole")
        identity = stored
        identity.token = "whole"
        identity.office = "B"
        identity.centralURL = "http://other"
        identity.signingSeed = [8]
        try write { try $0.save(identity) }
        let whole = try store.view { try $0.enrolledIdentity().identity }
        expect(
            whole.token == "whole" && whole.office == "B" && whole.centralURL == "http://other"
                && whole.signingSeed == [8] && whole.seq == made.dot.seq && whole.cursor != nil,
            "an identity is not kept whole")
        let history = TokenHistory(generation: 3, since: now(), next: "next")
        try write { try $0.save(history, of: Self.replica) }
        expect(
            try store.view { try $0.tokenHistory(of: Self.replica) } == history
                && store.view { try $0.tokenHistory(of: ReplicaID(5)) } == nil,
            "tokens are another identity's")
        expect(
            try !write { try $0.takeNextToken("other", of: Self.replica) }
                && write { try $0.takeNextToken("next", of: Self.replica, desk: 4) },
            "another token than the next is taken")
        let taken = try store.view { try $0.enrolledIdentity().identity }
        expect(taken.token == "next" && taken.desk == 4, "the next token is not taken")
        expect(
            try store.view { try $0.tokenHistory(of: Self.replica)?.next } == nil,
            "a token that was taken is still to come")
    }

    mutating func rotation() throws {
        let first = try make()
        let second = try set(first.record, officer: "Hoa")
        let third = try set(first.record, officer: "An")
        var next = try store.view { try $0.enrolledIdentity().identity }
        next.replica = ReplicaID(2)
        next.desk = 2
        let (identity, replica) = (next, ReplicaID(2))
        let rotation = try write {
            try $0.takeIdentity(identity, keptSeq: 1, cause: .copied)
        }
        expect(
            try rotation.old == Self.replica && rotation.new == replica
                && rotation.reissuedCount == 2
                && store.view { try $0.identityRotations() } == [rotation],
            "a change of identity is not noted")
        let open = try store.view { try $0.open(.dossier, first.record) }
        let history = try store.view { try $0.history(of: open) }.map(\.change)
        expect(
            history.map(\.dot) == [first.dot, Dot(replica, 1), Dot(replica, 2)]
                && history.map(\.writes) == [first, second, third].map(\.change.writes),
            "what central lacks is not issued again")
        expect(
            open.state["officer"].map(\.dot) == [Dot(replica, 2)]
                && !open.state.vv.covers(third.dot),
            "a record does not name its changes by their new names")
        let now = try store.view { try $0.enrolledIdentity().identity }
        expect(
            try now.seq == 2 && now.pushedSeq == 0
                && store.view { try $0.chainHash(of: replica, seq: 2) } == now.chainHash
                && store.view { try $0.holds(second.dot) } == false
                && store.view { try $0.holds(first.dot) },
            "the new identity has another chain")
        let formers = try store.view { try $0.formerIdentities(countMax: 5) }
        expect(formers.map(\.replica) == [Self.replica], "the key before is not kept")
        try write { transaction in
            for number in UInt64(3)...4 {
                try transaction.keep(
                    FormerIdentity(replica: ReplicaID(number), signingSeed: [UInt8(number)]))
            }
        }
        expect(
            try store.view { try $0.formerIdentities(countMax: 2) }.map(\.replica)
                == [ReplicaID(4), ReplicaID(3)], "former identities are not told newest first")
        // What came back in a file of before is known by its new name.
        expect(
            try store.view { try $0.isCarriedSettled(second.dot) }
                && store.view {
                    try $0.carriedNames(of: Self.replica, to: first.record, seqs: 1...9)
                }.map(\.standing) == [.issued(Dot(replica, 1)), .issued(Dot(replica, 2))],
            "what was renamed is not known by its first name")
        guard let row = try store.view({ try $0.nextRow(of: replica, after: 1) }) else { return }
        try write { try $0.remove(row) }
        expect(
            try !store.view { try $0.holds(Dot(replica, 2)) }
                && store.view { try $0.history(of: open) }.count == 2,
            "a row that was taken out of the log is there")
    }
}
