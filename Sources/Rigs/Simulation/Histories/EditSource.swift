internal import Demonstration
internal import SeededRandom

/// Where the edits of a transaction come from: noted ones, or drawn ones, which are noted.
struct EditSource {
    /// What their labels begin with.
    let prefix: Label
    private(set) var generator: SeededGenerator
    /// What is to be written; `nil` when it is drawn.
    let scripted: [ScriptedEdit]?
    /// What was to be written.
    private(set) var edits: [ScriptedEdit] = []

    init(_ prefix: Label, _ generator: SeededGenerator, _ scripted: [ScriptedEdit]?) {
        self.prefix = prefix
        self.generator = generator
        self.scripted = scripted
    }

    /// How many there are.
    mutating func count(_ range: ClosedRange<Int>) -> Int {
        scripted?.count ?? generator.number(in: range)
    }

    /// The edit of a number.
    mutating func edit(
        _ number: Int, label: Label? = nil,
        _ draw: (Label, inout SeededGenerator) throws -> ScriptedEdit
    ) rethrows -> ScriptedEdit {
        let edit =
            try scripted?[number] ?? draw(label ?? "\(prefix).\(number)", &generator)
        edits.append(edit)
        return edit
    }
}
