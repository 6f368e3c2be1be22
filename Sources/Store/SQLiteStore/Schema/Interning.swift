internal import Causality
internal import SQLite

/// Small keys for replicas, people and offices, which occur in every row.
///
/// Rows are only ever added, so a cached key stays right until a transaction is rolled back; then
/// `forget()` must be called.
final class Interning {
    private let connection: Connection
    private var replicaKeys: [ReplicaID: Int64] = [:]
    private var replicas: [Int64: ReplicaID] = [:]
    private var personKeys: [String: Int64] = [:]
    private var people: [Int64: String] = [:]
    private var scopeKeys: [String: Int64] = [:]
    private var offices: [Int64: String] = [:]

    /// The scope of the catalog, which every office reads.
    static let catalogScope: Int64 = 0

    init(_ connection: Connection) {
        self.connection = connection
    }

    func forget() {
        replicaKeys = [:]
        replicas = [:]
        personKeys = [:]
        people = [:]
        scopeKeys = [:]
        offices = [:]
    }

    func key(of replica: ReplicaID) throws -> Int64 {
        if let key = replicaKeys[replica] { return key }
        let number = Int64(bitPattern: replica.rawValue)
        let key = try key(
            find: "SELECT key FROM replicas WHERE id = ?1",
            add: "INSERT INTO replicas(id) VALUES (?1)"
        ) { try $0.bind(1, number) }
        replicaKeys[replica] = key
        replicas[key] = replica
        return key
    }

    func knownKey(of replica: ReplicaID) throws -> Int64? {
        if let key = replicaKeys[replica] { return key }
        let statement = try connection.statement("SELECT key FROM replicas WHERE id = ?1")
        try statement.bind(1, Int64(bitPattern: replica.rawValue))
        return try statement.step() ? statement.int64(0) : nil
    }

    func replica(_ key: Int64) throws -> ReplicaID? {
        if let replica = replicas[key] { return replica }
        let statement = try connection.statement("SELECT id FROM replicas WHERE key = ?1")
        try statement.bind(1, key)
        guard try statement.step() else { return nil }
        let replica = ReplicaID(UInt64(bitPattern: statement.int64(0)))
        replicas[key] = replica
        replicaKeys[replica] = key
        return replica
    }

    func key(ofPerson name: String) throws -> Int64 {
        if let key = personKeys[name], Self.isSame(people[key], name) { return key }
        let key = try key(
            find: "SELECT key FROM people WHERE name = ?1",
            add: "INSERT INTO people(name) VALUES (?1)"
        ) { try $0.bind(1, name) }
        personKeys[name] = key
        people[key] = name
        return key
    }

    func person(_ key: Int64) throws -> String? {
        if let name = people[key] { return name }
        let statement = try connection.statement("SELECT name FROM people WHERE key = ?1")
        try statement.bind(1, key)
        guard try statement.step() else { return nil }
        let name = statement.text(0)
        people[key] = name
        return name
    }

    func key(ofOffice code: String) throws -> Int64 {
        if let key = scopeKeys[code], Self.isSame(offices[key], code) { return key }
        let key = try key(
            find: "SELECT key FROM scopes WHERE office = ?1",
            add: "INSERT INTO scopes(office) VALUES (?1)"
        ) { try $0.bind(1, code) }
        scopeKeys[code] = key
        offices[key] = code
        return key
    }

    func knownKey(ofOffice code: String) throws -> Int64? {
        if let key = scopeKeys[code], Self.isSame(offices[key], code) { return key }
        let statement = try connection.statement("SELECT key FROM scopes WHERE office = ?1")
        try statement.bind(1, code)
        return try statement.step() ? statement.int64(0) : nil
    }

    /// Whether two texts have the same bytes, as the file compares them: for Swift an accented
    /// letter equals its two-part form.
    private static func isSame(_ known: String?, _ text: String) -> Bool {
        known?.utf8.elementsEqual(text.utf8) == true
    }

    private func key(
        find: String, add: String, bind: (Statement) throws -> Void
    ) throws -> Int64 {
        let finding = try connection.statement(find)
        try bind(finding)
        if try finding.step() {
            let key = finding.int64(0)
            finding.reset()
            return key
        }
        let adding = try connection.statement(add)
        try bind(adding)
        try adding.run()
        return connection.lastInsertedRowID
    }
}
