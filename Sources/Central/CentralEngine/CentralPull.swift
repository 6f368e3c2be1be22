// What central sends in one reply, read from one consistent view: states for a first download or a
// repair, then the feed after the cursor, and the digest when nothing is left.

internal import CBOR
internal import Causality
internal import Crypto
internal import Dossiers
internal import ReplicaStore
internal import Replication
internal import Store
internal import Wire

struct CentralPull {
    let database: ReplicaDatabase
    let device: Device
    private var items = CBORWriter()
    private var itemCount: UInt64 = 0
    private let budget: Int

    init(_ database: ReplicaDatabase, device: Device, wantedBytes: UInt64) {
        self.database = database
        self.device = device
        budget = max(1, min(Int(clamping: wantedBytes), WireLimits.pullBytesMax))
    }

    /// Fills a reply with what the request lacks.
    ///
    /// - Throws: `SyncFailure.malformed` for a mark that central did not give; `StoreError`.
    mutating func fill(_ reply: inout SyncReply, for request: SyncRequest) throws {
        for id in request.fetchedRecords where !isFull {
            try addFetched(id)
        }
        var cursor: Cursor?
        if let mark = try request.resumeMark.map(ResumeMark.init(encoded:)),
            try isKnown(mark.cursor)
        {
            cursor = try addStates(from: mark, to: &reply)
        } else if request.resumeMark == nil, let given = request.cursor, try isKnown(given) {
            cursor = given
        } else {
            // No cursor, or one of a time before central was restored: all states, from the start.
            let head = try database.lastCommit()
            let mark = ResumeMark(
                place: .start, cursor: Cursor(position: head.position, hash: head.hash),
                sentCount: 0, departedAfter: hasReadBefore(request) ? 0 : nil)
            cursor = try addStates(from: mark, to: &reply)
        }
        if let cursor { try addFeed(after: cursor, to: &reply) }
        if !reply.hasMore {
            reply.digest = try database.digest(ofOffice: device.office).digest
            reply.bucketListing = try request.bucketDigests.map(listing)
        }
        let epoch = try database.epoch()
        reply.epoch = epoch.id
        // What it counts as received may have been refused in a life of central that it has not heard of.
        if !request.knows(epoch.id) { reply.refusals = try database.allRefusals(of: device) }
        if epoch.isRecovering {
            reply.requests.append(.sendStates)
            for copy in request.heldCopies { try answer(copy, in: &reply) }
        }
        reply.items = items.bytes
        reply.itemCount = itemCount
        try reply.putItemsIntoColumns(for: request, in: database)
        if device.isSyncRequested { reply.requests.append(.syncNow) }
    }

    /// Tells of records whose states the device gave that its office has nothing to do with them.
    mutating func addOthers(_ states: [RecordState]) {
        for state in states {
            FeedItem.encodeDeparture(kind: state.kind, record: state.id, to: &items)
            itemCount += 1
        }
    }

    /// Asks for the copy when central lacks some of it, and tells that the record was erased when the
    /// copy has not heard of that: no row of the feed may have, since central was restored.
    private mutating func answer(_ copy: HeldCopy, in reply: inout SyncReply) throws {
        // Of a record that never was the office's nothing is known, as of none at all.
        let known = try readableState(of: copy.id)
        if !(known?.vv ?? VersionVector()).covers(copy.vv) { reply.neededRecords.append(copy.id) }
        guard let notice = known?.erasureNotice, !copy.vv.covers(notice.vv) else { return }
        FeedItem.encodeState(notice, to: &items)
        itemCount += 1
    }

    /// A record that the office may read, or once could.
    private func readableState(of id: RecordID) throws -> RecordState? {
        guard let state = try database.state(of: .id(id)) else { return nil }
        let isReadable =
            try DossierRules.scope(of: state).includes(office: device.office)
            || state.fields.isEmpty || database.hasEverRead(office: device.office, id)
        return isReadable ? state : nil
    }

    /// The records in the buckets that differ, as far as the reply has room; at least one bucket.
    private func listing(_ theirs: BucketDigests) throws -> BucketListing {
        let ours = BucketDigests(
            try database.bucketDigests(ofOffice: device.office), from: theirs.firstBucket)
        var listing = BucketListing()
        for place in ours.digests.indices where ours.digests[place] != theirs.digests[place] {
            let bucket = UInt8(theirs.firstBucket + place)
            guard listing.buckets.isEmpty || listing.byteCount + items.bytes.count < budget else {
                listing.nextBucket = Int(bucket)
                break
            }
            try database.forEachDigest(ofOffice: device.office, bucket: bucket) { id, digest in
                listing.records[id] = ShortHash(digest)
            }
            listing.buckets.append(bucket)
        }
        return listing
    }

    private var isFull: Bool { items.bytes.count >= budget }

    /// Whether the device may hold records that were its office's and are not any more. No state
    /// tells it of those.
    private func hasReadBefore(_ request: SyncRequest) -> Bool {
        request.cursor != nil || request.resumeMark != nil || device.cursorPosition != nil
            || device.copyOf != nil || device.seq > 0
    }

    private func isKnown(_ cursor: Cursor) throws -> Bool {
        cursor.hash == (try database.commitHash(at: cursor.position))
    }

    private mutating func addFetched(_ id: RecordID) throws {
        for record in try database.records(of: id) { try add(fetched: record) }
    }

    /// A record that is not there, or never was the office's, is passed over alike.
    private mutating func add(fetched record: OpenRecord) throws {
        let state = record.state
        if DossierRules.scope(of: state).includes(office: device.office) {
            FeedItem.encodeState(state, to: &items)
        } else if try database.hasEverRead(office: device.office, record) {
            FeedItem.encodeDeparture(kind: state.kind, record: state.id, to: &items)
            // The change that erased it may have been what the device could not take.
            if !state.erasures.isEmpty {
                FeedItem.encodeState(state.erasureNotice, to: &items)
                itemCount += 1
            }
        } else {
            return
        }
        itemCount += 1
    }

    /// Adds states from a place on; returns the cursor for the feed once all have been sent.
    private mutating func addStates(
        from mark: ResumeMark, to reply: inout SyncReply
    ) throws -> Cursor? {
        var writer = items
        var count: UInt64 = 0
        let budget = budget
        let next = try database.forEachState(ofOffice: device.office, from: mark.place) { state in
            FeedItem.encodeState(state, to: &writer)
            count += 1
            return writer.bytes.count < budget
        }
        items = writer
        itemCount += count
        var mark = mark
        mark.sentCount &+= count  // the mark may have been tampered with
        guard let next else { return try addDepartures(&mark, to: &reply) }
        mark.place = next
        reply.hasMore = true
        reply.resumeMark = mark.encoded()
        let sent = mark.sentCount
        let total = try database.stateCount(ofOffice: device.office)
        reply.remainingCount = total > sent ? total - sent : 0
        return nil
    }

    /// Adds what led records out of the office's scope; returns the cursor once all was sent.
    private mutating func addDepartures(
        _ mark: inout ResumeMark, to reply: inout SyncReply
    ) throws -> Cursor? {
        guard var last = mark.departedAfter else { return mark.cursor }
        var writer = items
        var count: UInt64 = 0
        let budget = budget
        var isCut = false
        try database.forEachDepartedRow(
            ofOffice: device.office, after: last, through: mark.cursor.position
        ) { row in
            guard writer.bytes.count < budget else {
                isCut = true
                return false
            }
            count += try add(row, to: &writer)
            last = row.position
            return true
        }
        items = writer
        itemCount += count
        guard isCut else { return mark.cursor }
        mark.place = .end
        mark.departedAfter = last
        reply.hasMore = true
        reply.resumeMark = mark.encoded()
        return nil
    }

    private mutating func addFeed(after cursor: Cursor, to reply: inout SyncReply) throws {
        var writer = items
        var count: UInt64 = 0
        var last = cursor.position
        let budget = budget
        var isCut = writer.bytes.count >= budget
        if !isCut {
            try database.forEachFeedRow(
                ofOffice: device.office, after: cursor.position, except: device.replica
            ) { row in
                guard writer.bytes.count < budget else {
                    isCut = true
                    return false
                }
                count += try add(row, to: &writer)
                last = row.position
                return true
            }
        }
        items = writer
        itemCount += count
        let head = try database.lastCommit()
        reply.moves = try database.moves(
            forOffice: device.office, after: cursor.position,
            through: isCut ? last : head.position, countMax: WireLimits.movesMax
        ).map { MovedCopy($0.record, office: $0.office) }
        if isCut {
            reply.hasMore = true
            reply.remainingCount = try database.feedRowCount(
                ofOffice: device.office, after: last,
                countMax: WireLimits.remainingItemsCountedMax)
            reply.cursor =
                try database.commitHash(at: last).map { Cursor(position: last, hash: $0) }
                ?? Cursor(position: last, hash: cursor.hash)
        } else {
            reply.cursor = Cursor(position: head.position, hash: head.hash)
        }
    }

    /// Adds a row, and returns how many items it gave: none when the office may not see it any more.
    private func add(_ row: FeedRow, to writer: inout CBORWriter) throws -> UInt64 {
        switch row.content {
        case .change(let bytes, let madeRecord):
            bytes.withUnsafeBytes {
                FeedItem.encodeChange(canonicalBytes: $0, madeRecord: madeRecord, to: &writer)
            }
            // With the order: should central lose it before the device has it, the device would give back
            // a record whose values were replaced, for all that it knows.
            if let notice = try erasureNotice(of: bytes, madeRecord) {
                FeedItem.encodeState(notice, to: &writer)
                return 2
            }
        case .void(let kind, let record, let dot):
            FeedItem.encodeVoid(kind: kind, record: record, dot: dot, to: &writer)
        case .state(let state):
            // By now the record may have left the office again; then a later row says so. That it was
            // erased this row alone may have said.
            guard DossierRules.scope(of: state).includes(office: device.office) else {
                guard !state.erasures.isEmpty else { return 0 }
                FeedItem.encodeState(state.erasureNotice, to: &writer)
                return 1
            }
            // As it was then: what was written since may rest on what a later row brings, and the reply may end
            // before it.
            let then = try database.state(of: state.id, at: row.position) ?? state
            FeedItem.encodeState(then, to: &writer)
        case .copy(let state): FeedItem.encodeState(state, to: &writer)
        }
        return 1
    }

    /// The orders by which a change has lost values; `nil` for a whole one.
    private func erasureNotice(of change: [UInt8], _ madeRecord: RecordID?) throws -> RecordState? {
        guard ErasedContent.mayBeIn(change) else { return nil }
        let change = try Change(canonicalBytes: change)
        guard change.erasedContent != nil, let id = change.record ?? madeRecord,
            let state = try database.state(of: .id(id)), !state.erasures.isEmpty
        else { return nil }
        return state.erasureNotice
    }
}

/// Where a first download stands. Opaque to the counter; central trusts nothing in it: the place
/// only selects among the office's own records, and the cursor is confirmed.
struct ResumeMark {
    var place: SnapshotPlace
    var cursor: Cursor
    var sentCount: UInt64
    /// The position through which departures were sent; `nil` when none are to be sent.
    var departedAfter: UInt64?

    init(place: SnapshotPlace, cursor: Cursor, sentCount: UInt64, departedAfter: UInt64? = nil) {
        self.place = place
        self.cursor = cursor
        self.sentCount = sentCount
        self.departedAfter = departedAfter
    }

    init(encoded bytes: [UInt8]) throws(SyncFailure) {
        do {
            self = try bytes.withUnsafeBytes { buffer in
                var reader = CBORReader(buffer)
                let place = try SnapshotPlace(from: &reader)
                let position = try reader.readUnsigned()
                guard let hash = ShortHash(bytes: try reader.readBytesSlice()) else {
                    throw FormatError.member
                }
                let sent = try reader.readUnsigned()
                let departed = reader.isAtEnd ? nil : try reader.readUnsigned()
                try reader.requireEnd()
                return ResumeMark(
                    place: place, cursor: Cursor(position: position, hash: hash), sentCount: sent,
                    departedAfter: departed)
            }
        } catch {
            throw .malformed(what: "resume mark", reason: "\(error)")
        }
    }

    func encoded() -> [UInt8] {
        var writer = CBORWriter()
        place.encode(to: &writer)
        writer.writeUnsigned(cursor.position)
        writer.writeBytes(cursor.hash.bytes)
        writer.writeUnsigned(sentCount)
        if let departedAfter { writer.writeUnsigned(departedAfter) }
        return writer.bytes
    }
}
