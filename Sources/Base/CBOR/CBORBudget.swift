/// What one input may cost its reader, whatever the input says of itself.
public struct CBORBudget: Hashable, Sendable {
    /// How many arrays, maps and tags may stand inside each other: the depth of the stack.
    public var depthMax: Int
    /// Items of arrays and pairs of maps, of all in the input together. An item of one byte becomes a
    /// value of some tens of bytes: so many of them, and not the input's length, bound memory. The
    /// largest page that is asked for (4 MiB) has half as many where records are smallest.
    public var elementsMax: Int

    /// A budget; what is not named is as usual.
    public init(depthMax: Int = 32, elementsMax: Int = 1 << 20) {
        self.depthMax = depthMax
        self.elementsMax = elementsMax
    }

    /// The usual one.
    public static let standard = CBORBudget()
}
