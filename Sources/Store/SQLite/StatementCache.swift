import CSQLite

/// The compiled statements of one connection, by SQL text.
///
/// A compiled statement is either idle in its slot or lent to exactly one `Statement`: two users of
/// one text never share bindings or a position. When a text is asked for while it is lent, another
/// copy is compiled, and the slot keeps only one of them afterwards.
struct StatementCache {
    /// Texts kept at once. Fixed statements of a store are some dozens; text built at run time
    /// (reports) must not grow the cache for ever.
    static let textsMax = 256

    /// The place of one text. Finalizes what is idle in it when nobody refers to it any more.
    final class Slot {
        let sql: String
        private var idle: OpaquePointer?

        init(sql: String) {
            self.sql = sql
        }

        deinit {
            sqlite3_finalize(idle)
        }

        func take() -> OpaquePointer? {
            defer { idle = nil }
            return idle
        }

        /// Resets the statement and forgets its bound values before it is used again.
        func giveBack(_ handle: OpaquePointer) {
            guard idle == nil else {
                sqlite3_finalize(handle)
                return
            }
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
            idle = handle
        }
    }

    private var slots: [String: Slot] = [:]

    /// The slot of a text that has been compiled before.
    func slot(for sql: String) -> Slot? {
        slots[sql]
    }

    /// Makes the slot of a text that compiles.
    mutating func makeSlot(for sql: String) -> Slot {
        if slots.count >= Self.textsMax { slots.removeAll(keepingCapacity: true) }
        let slot = Slot(sql: sql)
        slots[sql] = slot
        return slot
    }

    mutating func removeAll() {
        slots.removeAll()
    }
}
