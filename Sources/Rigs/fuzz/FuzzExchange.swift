internal import CBOR
internal import Replication
internal import Wire

/// A request that is read and written again says the same; members of a newer version are dropped,
/// so the bytes need not be those of the input.
func checkRequest(_ input: [UInt8]) {
    guard let request = accepted({ try SyncRequest(encoded: input) }) else { return }
    let bytes = request.encoded()
    let again = required("our own request is read") { try SyncRequest(encoded: bytes) }
    expect(again == request, "a request written again says the same")
    expect(again.encoded() == bytes, "a request has one encoding")
    if let push = request.push {
        if push.form == .columns { checkColumns(push.changes) } else { checkChanges(push.changes) }
    }
    if let states = request.states { checkStates(states) }
}

/// A reply that is read and written again says the same, and so do its items.
func checkReply(_ input: [UInt8]) {
    // Inside a reply the items stand under a length that mutations seldom hit: try them bare, too.
    checkItems(input)
    guard let reply = accepted({ try SyncReply(encoded: input) }) else { return }
    let bytes = reply.encoded()
    let again = required("our own reply is read") { try SyncReply(encoded: bytes) }
    expect(again == reply, "a reply written again says the same")
    expect(again.encoded() == bytes, "a reply has one encoding")
    for refusal in reply.refusals {
        if let state = refusal.state { checkStates(state.canonicalBytes) }
    }
    if reply.itemsForm == .columns { checkColumns(reply.items) } else { checkItems(reply.items) }
}

private func checkItems(_ sequence: [UInt8]) {
    var writer = CBORWriter(capacity: sequence.count)
    let isRead: Void? = accepted {
        try FeedItem.forEach(in: sequence) { $0.encode(to: &writer) }
    }
    expect(
        sequence.starts(with: writer.bytes), "the items before one that is refused are as they came"
    )
    if isRead != nil { expect(writer.bytes == sequence, "items have one encoding") }
}
