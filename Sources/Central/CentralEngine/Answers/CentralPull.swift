// What central sends in one reply, read from one consistent view: states for a first download or a
// repair, then the feed after the cursor, and the digest when nothing is left.

internal import CBOR
internal import Causality
internal import Crypto
internal import Dossiers
internal import Editing
internal import Replication
internal import Store
internal import Wire

struct CentralPull<View: CentralNodeView> {
    let database: View
    let device: Device
    private var items = CBORWriter()
    private var itemCount: UInt64 = 0
    private let budget: Int
    private let limits: CentralLimits

    init(
        _ database: View, device: Device, wantedBytes: UInt64, within limits: CentralLimits
    ) {
        self.database = database
        self.device = device
        self.limits = limits
        budget = max(1, min(Int(clamping: wantedBytes), limits.pullBytesMax))
    }

    /// Fills a reply with what the request lacks.
    ///
    /// - Throws: `SyncFailure.malformed` for a mark that central did not give; what the store throws.
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
            let head = try database.feedEnd()
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
        if !request.knows(epoch.id) {
            reply.refusals = try database.allRefusals(
                of: device, countMax: limits.refusalsRepeatedMax)
        }
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
        guard let state = try database.state(of: id) else { return nil }
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
        let differing = ours.digests.indices
            .filter { ours.digests[$0] != theirs.digests[$0] }
            .map { UInt8(theirs.firstBucket + $0) }
        try database.forEachBucket(differing, ofOffice: device.office) { bucket, records in
            for (id, digest) in records { listing.records[id] = ShortHash(digest) }
            listing.buckets.append(bucket)
            guard listing.byteCount + items.bytes.count >= budget else { return true }
            listing.nextBucket =
                differing.first { $0 > bucket }.map(Int.init) ?? RecordID.bucketCount
            return false
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
        for state in try database.states(of: id) { try add(fetched: state) }
    }

    /// A record that is not there, or never was the office's, is passed over alike.
    private mutating func add(fetched state: RecordState) throws {
        if DossierRules.scope(of: state).includes(office: device.office) {
            FeedItem.encodeState(state, to: &items)
        } else if try database.hasEverRead(
            office: device.office, RecordName(state.kind, state.id))
        {
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
        var count: UInt64 = 0
        var pages = PageSize(limits)
        var next: SnapshotPlace?
        var place = mark.place
        walk: while true {
            let page = try database.statePage(
                ofOffice: device.office, from: place,
                countMax: pages.count(within: budget - items.bytes.count))
            for (state, place) in zip(page.states, page.places) {
                let before = items.bytes.count
                FeedItem.encodeState(state, to: &items)
                pages.note(items.bytes.count - before)
                count += 1
                if isFull {
                    next = place
                    break walk
                }
            }
            guard let more = page.next else { break }
            place = more
        }
        itemCount += count
        var mark = mark
        mark.sentCount &+= count  // the mark may have been tampered with
        guard let next else { return try addDepartures(&mark, to: &reply) }
        mark.place = next
        reply.hasMore = true
        reply.resumeMark = mark.encoded()
        let sent = mark.sentCount
        let total = UInt64(clamping: try database.digest(ofOffice: device.office).recordCount)
        reply.remainingCount = total > sent ? total - sent : 0
        return nil
    }

    /// Adds what led records out of the office's scope; returns the cursor once all was sent.
    private mutating func addDepartures(
        _ mark: inout ResumeMark, to reply: inout SyncReply
    ) throws -> Cursor? {
        guard let after = mark.departedAfter else { return mark.cursor }
        let (office, end) = (device.office, mark.cursor.position)
        let (last, isCut) = try add(from: after) { database, position, countMax in
            try database.departedPage(
                ofOffice: office, after: position, through: end, countMax: countMax)
        }
        guard isCut else { return mark.cursor }
        mark.place = .end
        mark.departedAfter = last
        reply.hasMore = true
        reply.resumeMark = mark.encoded()
        return nil
    }

    private mutating func addFeed(after cursor: Cursor, to reply: inout SyncReply) throws {
        var (last, isCut) = (cursor.position, isFull)
        if !isCut {
            let (office, reader) = (device.office, device.replica)
            (last, isCut) = try add(from: cursor.position) { database, position, countMax in
                try database.feedPage(
                    ofOffice: office, after: position, except: reader, countMax: countMax)
            }
        }
        let head = try database.feedEnd()
        reply.moves = try database.movedRecords(
            forOffice: device.office, after: cursor.position,
            through: isCut ? last : head.position, countMax: limits.movesMax
        ).map { MovedCopy($0.record, office: $0.office) }
        if isCut {
            reply.hasMore = true
            reply.remainingCount = try database.feedRowCount(
                ofOffice: device.office, after: last,
                countMax: limits.remainingItemsCountedMax)
            reply.cursor =
                try database.commitHash(at: last).map { Cursor(position: last, hash: $0) }
                ?? Cursor(position: last, hash: cursor.hash)
        } else {
            reply.cursor = Cursor(position: head.position, hash: head.hash)
        }
    }

    /// Adds rows after a position, page by page, until there are no more or the reply is full.
    ///
    /// - Returns: the position of the last row that was added, and whether there is one more.
    private mutating func add(
        from position: UInt64,
        _ page: (View, _ after: UInt64, _ countMax: Int) throws -> [FeedRow]
    ) throws -> (last: UInt64, isCut: Bool) {
        var last = position
        var pages = PageSize(limits)
        var writer = CBORWriter()
        swap(&writer, &items)
        defer { swap(&writer, &items) }
        while true {
            let countMax = pages.count(within: budget - writer.bytes.count)
            let rows = try page(database, last, countMax)
            for row in rows {
                guard writer.bytes.count < budget else { return (last, true) }
                let before = writer.bytes.count
                itemCount += try add(row, to: &writer)
                pages.note(writer.bytes.count - before)
                last = row.position
            }
            guard rows.count == countMax else { return (last, false) }
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
            let then = try database.state(of: state.id, at: row.position, with: nil) ?? state
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
            let state = try database.state(of: id), !state.erasures.isEmpty
        else { return nil }
        return state.erasureNotice
    }
}

/// How many rows are asked for at a time: as many as are likely to fit, and one that shows that there are
/// more. The first page is small: most replies are.
private struct PageSize {
    /// Bytes of a small change.
    private static let leastBytes = 128

    private let limits: CentralLimits
    private var rows = 0
    private var bytes = 0

    init(_ limits: CentralLimits) {
        self.limits = limits
    }

    mutating func note(_ bytes: Int) {
        rows += 1
        self.bytes += bytes
    }

    func count(within bytesLeft: Int) -> Int {
        let each = rows == 0 ? Self.leastBytes : max(bytes / rows, Self.leastBytes)
        let fitting = max(bytesLeft, 0) / each + 2
        return min(fitting, rows == 0 ? limits.firstPageRowsMax : limits.pageRowsMax)
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
