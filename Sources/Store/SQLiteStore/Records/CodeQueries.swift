// Codes are kept as they were written and found however they are written: exactly, or by what all ways
// of writing a code have in common (`CodeText.key`). SQLite knows the same of a stored code by an
// expression over built-in functions, so that an index serves it and any program can open the file.
// `lower` there knows ASCII alone: a code with other letters is looked for in both cases.

internal import Dossiers
public import Replication
internal import SQLite
internal import Text

/// What stored codes have in common with others that are written differently, in SQL.
enum CodeKeySQL {
    private static let dashes = ["‐", "‑", "‒", "–", "—", "―", "−", "－"]

    /// The key of the column `code`.
    static let ofCode = expression("code")

    /// The key of a column's text.
    static func expression(_ column: String) -> String {
        let plain = dashes.reduce("ltrim(\(column), '''')") { "replace(\($0), '\($1)', '-')" }
        return "lower(\(plain))"
    }

    /// Indexes of dossiers, offices and procedures by the keys of their codes.
    static let indexes = ["dossiers", "offices", "procedures"].map { table in
        "CREATE INDEX \(table)_code_key ON \(table)(\(ofCode)) WHERE code IS NOT NULL;"
    }.joined(separator: "\n")

    /// What `expression` may give of a code with this key.
    static func candidates(_ code: String) -> [String] {
        let key = CodeText.key(code)
        if key.utf8.allSatisfy({ $0 < 0x80 }) { return [key] }
        return Set([key, smallASCII(key.uppercased()), smallASCII(CodeText.plain(code))]).sorted()
    }

    private static func smallASCII(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    ("A"..."Z").contains(scalar)
                        ? Unicode.Scalar(UInt8(scalar.value) + 0x20) : scalar
                }))
    }
}

extension ReplicaDatabase {
    /// The catalog's own way of writing an office's code, from the code in any spelling or the office's
    /// name where one office alone has it; `nil` when it has no such office.
    ///
    /// - Throws: `StoreError.sqlite`.
    public func officeCode(like code: String) throws -> String? {
        if try hasOffice(code) { return code }
        if let known = try codes(like: code, kind: .office).first?.code { return known }
        let name = Self.joinedName(code)
        guard !name.isEmpty else { return nil }
        var found: [String] = []
        let statement = try connection.statement(
            "SELECT code, name FROM offices WHERE code IS NOT NULL AND name IS NOT NULL")
        defer { statement.reset() }
        while try statement.step() {
            if let known = statement.textOrNil(0),
                statement.textOrNil(1).map(Self.joinedName) == name
            {
                found.append(known)
            }
        }
        return found.count == 1 ? found[0] : nil
    }

    /// A name without what stands between its words: where a code stands, blanks are taken out.
    private static func joinedName(_ text: String) -> String {
        Folding.folded(text).filter { $0.isLetter || $0.isNumber }
    }

    /// What the catalog calls the procedure and the office that a record names by their codes.
    ///
    /// - Throws: `StoreError`.
    public func catalogNames(in state: RecordState) throws -> [FieldName: String] {
        var names: [FieldName: String] = [:]
        for (field, kind) in [("procedure", RecordKind.procedure), ("office", .office)]
            as [(FieldName, RecordKind)]
        where state.kind == .dossier || state.kind == .contact {
            guard let code = state.shownValue(field)?.text,
                let id = try ids(ofCode: code, kind: kind).first,
                let name = try table(of: kind)?.load(id)?.state.shownValue("name")?.text
            else { continue }
            names[field] = name
        }
        return names
    }

    /// The ids of the records of a kind with this code: of those that are written exactly so, else
    /// of those that are written otherwise; a procedure also by the number without its authority.
    func ids(ofCode code: String, kind: RecordKind) throws -> [RecordID] {
        let exact = try table(of: kind)?.codes(exactly: code).map(\.id) ?? []
        if !exact.isEmpty { return exact }
        let keys = kind == .procedure ? CodeText.procedureKeys(code) : [code]
        for key in keys {
            let ids = try codes(like: key, kind: kind).map(\.id)
            if !ids.isEmpty { return ids }
        }
        return []
    }

    /// The ids of the records of a kind that have this code, however it is written.
    func ids(likeCode code: String, kind: RecordKind) throws -> [RecordID] {
        try codes(like: code, kind: kind).map(\.id)
    }

    /// The dossiers whose code ends like this, at the beginning of one of its parts. O(dossiers).
    func dossiers(endingLike end: String) throws -> [(id: RecordID, code: String)] {
        let key = CodeText.key(end)
        guard key.count >= DossierLimits.codeEndCharactersMin else { return [] }
        let pattern =
            "%"
            + key.replacing("\\", with: "\\\\").replacing("%", with: "\\%")
            .replacing("_", with: "\\_")
        let statement = try connection.statement(
            """
            SELECT id, code FROM dossiers
            WHERE code IS NOT NULL AND \(CodeKeySQL.ofCode) LIKE ?1 ESCAPE '\\'
            """)
        try statement.bind(1, pattern)
        defer { statement.reset() }
        let found = try RecordTable.codes(in: statement)
        return found.filter { _, code in
            let whole = CodeText.key(code)
            guard whole.hasSuffix(key) else { return false }
            guard let before = whole.dropLast(key.count).last else { return true }
            return !before.isLetter && !before.isNumber
        }
    }

    private func codes(
        like code: String, kind: RecordKind
    ) throws -> [(id: RecordID, code: String)] {
        guard let table = table(of: kind) else { return [] }
        let key = CodeText.key(code)
        var found: [(id: RecordID, code: String)] = []
        for candidate in CodeKeySQL.candidates(code) {
            found += try table.codes(withKey: candidate).filter { CodeText.key($0.code) == key }
        }
        return found
    }
}

extension WriteTransaction {
    /// What the catalog calls the procedure and the office that a record names by their codes.
    ///
    /// - Throws: `StoreError`.
    public func catalogNames(in state: RecordState) throws -> [FieldName: String] {
        try database.catalogNames(in: state)
    }
}
