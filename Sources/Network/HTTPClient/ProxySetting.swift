internal import Glibc

/// The proxy that libcurl takes from the environment for an address (libcurl-env(3)). It is worked out
/// here only to name it: what a proxy does wrong is not central's fault.
public struct ProxySetting: Hashable, Sendable {
    /// The variable that names it.
    public let variable: String
    /// Its address, without name and password.
    public let address: String
    let host: String
    let port: String

    /// The proxy for an address; `nil` when the environment names none.
    public static func of(url: String) -> ProxySetting? {
        of(url: url) { name in getenv(name).map { String(cString: $0) } }
    }

    static func of(url: String, environment: (String) -> String?) -> ProxySetting? {
        let isTLS = url.lowercased().hasPrefix("https:")
        // The capital HTTP_PROXY is not heeded: a web server sets it from a header.
        let names =
            isTLS
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            : ["http_proxy", "all_proxy", "ALL_PROXY"]
        for name in names {
            guard let value = environment(name), !value.isEmpty else { continue }
            return ProxySetting(variable: name, value)
        }
        return nil
    }

    private init(variable: String, _ value: String) {
        self.variable = variable
        var rest = Substring(value)
        var scheme = ""
        if let end = rest.firstRange(of: "://") {
            scheme = String(rest[..<end.upperBound])
            rest = rest[end.upperBound...]
        }
        rest = rest.prefix { $0 != "/" }
        if let sign = rest.lastIndex(of: "@") { rest = rest[rest.index(after: sign)...] }
        let colon = rest.hasSuffix("]") ? nil : rest.lastIndex(of: ":")
        host =
            String(rest[..<(colon ?? rest.endIndex)])
            .trimmingPrefix("[").split(separator: "]").first.map(String.init) ?? ""
        port = colon.map { String(rest[rest.index(after: $0)...]) } ?? "1080"
        address = scheme + rest
    }

    /// Whether libcurl's words tell of a connection to the proxy.
    func isNamed(in reason: String) -> Bool {
        reason.contains("\(host) port \(port)") || reason.contains("proxy")
    }
}
