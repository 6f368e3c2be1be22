public import CentralEngine
public import ReplicaStore

/// The central that is served: a node on a database file.
public typealias FileCentral = CentralNode<CentralDatabase>
