public import CentralEngine
public import SQLiteStore

/// The central that is served: a node on a database file.
public typealias FileCentral = CentralNode<CentralDatabase>
