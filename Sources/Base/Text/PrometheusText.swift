/// Figures in the text format of Prometheus, version 0.0.4
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>), which node exporter's textfile collector
/// reads too.
public struct PrometheusText: Sendable {
    /// What a family of figures is.
    public enum Kind: String, Sendable {
        /// It goes up and down.
        case gauge
        /// It only goes up while the process lives.
        case counter
        /// Counts of what is at most so large.
        case histogram
    }

    /// The media type.
    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was written.
    public private(set) var text = ""

    /// Nothing yet.
    public init() {}

    /// Begins a family; all its samples follow.
    ///
    /// - Parameter name: with the prefix that all ours have left out.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text +=
            "# HELP \(Self.prefix)\(name) \(help)\n# TYPE \(Self.prefix)\(name) \(kind.rawValue)\n"
    }

    /// Writes a sample of the family that was begun last.
    public mutating func sample(
        _ name: String, _ labels: [(String, String)], _ value: Double
    ) {
        let inner = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        text +=
            Self.prefix + name + (inner.isEmpty ? "" : "{\(inner)}") + " \(Self.number(value))\n"
    }

    /// Writes a sample without labels of the family that was begun last.
    public mutating func sample(_ name: String, _ value: Double) { sample(name, [], value) }

    /// A family of one sample; nothing where there is no value.
    public mutating func one(
        _ name: String, _ value: Double?, _ help: String, kind: Kind = .gauge
    ) {
        guard let value else { return }
        family(name, kind, help)
        sample(name, value)
    }

    private static let prefix = "dossiersync_"

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
