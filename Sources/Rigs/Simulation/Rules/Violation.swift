/// A rule that a history broke.
public struct Violation: Error, Hashable, Sendable {
    /// Which rule.
    public enum Rule: String, CaseIterable, Hashable, Sendable {
        /// Central and all devices of an office hold the same.
        case convergence
        /// An acknowledged write is there, or was refused with a reason that can be seen.
        case durability
        /// Every field holds what the naive model says.
        case model
        /// No dot names two changes.
        case dots
        /// Hash chains verify.
        case chain
        /// A device holds nothing of another office that was never its office's.
        case scope
        /// What a sync said of itself was so.
        case honesty
        /// With good links all is exchanged within a few rounds.
        case settling
        /// Who shows a write shows what its writer had seen.
        case causality
        /// What was ordered erased is nowhere, and nothing else was.
        case erasure
        /// Nothing fails that nobody made fail.
        case fault
    }

    /// The rule.
    public var rule: Rule
    /// What was found.
    public var text: String

    /// Makes a violation.
    public init(_ rule: Rule, _ text: String) {
        self.rule = rule
        self.text = text
    }
}

extension Violation: CustomStringConvertible {
    /// The rule and what was found.
    public var description: String { "\(rule.rawValue): \(text)" }
}

extension Violation {
    /// What kind of failure it is: the rule, and its words without those that name a thing or a value
    /// of the one history. Histories that fail alike are of one kind.
    public var kind: String {
        let head = text.prefix { $0 != "(" && $0 != ":" }
        let words = head.split(separator: " ").prefix { $0 != "is" && $0 != "of" }
        let kept = words.filter { word in !word.contains { $0.isNumber || $0 == "=" } }
        return "\(rule.rawValue): \(kept.joined(separator: " "))"
    }
}
