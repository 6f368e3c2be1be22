/// What a server answers: routes, each found by its path and its method.
public struct RouteList: Sendable {
    /// All routes.
    public private(set) var routes: [ServedRoute] = []
    private var exact: [String: [Int]] = [:]
    /// Beginnings of paths, the longest first.
    private var beginnings: [(path: String, routes: [Int])] = []

    /// A list of these routes.
    public init(_ routes: [ServedRoute] = []) {
        add(routes)
    }

    /// Adds routes. No two may take the same method at the same place: that would be our own mistake.
    public mutating func add(_ more: [ServedRoute]) {
        for route in more {
            let number = routes.count
            let others: [Int]
            switch route.place {
            case .exactly(let path):
                others = exact[path] ?? []
                exact[path] = others + [number]
            case .under(let path):
                let place = beginnings.firstIndex { $0.path == path }
                others = place.map { beginnings[$0].routes } ?? []
                if let place {
                    beginnings[place].routes.append(number)
                } else {
                    beginnings.append((path, [number]))
                    beginnings.sort { $0.path.utf8.count > $1.path.utf8.count }
                }
            }
            precondition(
                others.allSatisfy { Set(routes[$0].methods).isDisjoint(with: route.methods) },
                "two routes take the same method at \(route.place)")
            routes.append(route)
        }
    }

    /// The routes at a path, whatever the method; empty when there is nothing.
    public func routes(at path: String) -> [ServedRoute] {
        let numbers = exact[path] ?? beginnings.first { path.hasPrefix($0.path) }?.routes ?? []
        return numbers.map { routes[$0] }
    }
}
