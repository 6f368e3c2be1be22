// Where a reply of a bundle stands to a replica that may have gone on meanwhile. Pure: the rule that
// keeps a late, repeated or early file from doing harm (`Protocol/bundles.md` §Order).

package import Wire

/// What a replica has of central's: a place in the feed, or in the states.
package struct PullPlace: Equatable {
    package var cursor: Cursor?
    package var mark: [UInt8]?

    package init(cursor: Cursor?, mark: [UInt8]?) {
        self.cursor = cursor
        self.mark = mark
    }
}

/// What is to be done with a reply.
package enum BundleOrder: Equatable {
    /// It goes on from here, or from a place before and beyond this one.
    case next
    /// All that it brings is here.
    case behind
    /// It goes on from a place that this replica has not reached.
    case ahead
    /// It is of states that this replica did not ask for, or asked for otherwise.
    case elsewhere

    /// Compares the place of a replica with those that a reply leads from and to.
    package init(from base: PullPlace, to next: PullPlace, at place: PullPlace) {
        if base == place {
            self = .next
            return
        }
        guard place.mark == nil, let here = place.cursor else {
            // In the middle of states, which have no order, or at no place at all.
            let isOfFeed = base.cursor != nil && base.mark == nil
            self = isOfFeed && place.cursor == nil && place.mark == nil ? .ahead : .elsewhere
            return
        }
        guard let there = next.cursor, next.mark == nil else {
            self = .elsewhere
            return
        }
        if there.position <= here.position {
            self = .behind
        } else if let start = base.cursor, base.mark == nil {
            // Items that are here already change nothing: they are merged, in their order.
            self = start.position <= here.position ? .next : .ahead
        } else {
            self = .elsewhere
        }
    }
}
