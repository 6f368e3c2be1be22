/// Where a program keeps its data: one rule for both programs.
public enum HomeDirectory {
    /// The directory that a person names; else that of `DOSSIER_HOME`; else this program's in the XDG data
    /// directory. An empty variable counts as none, and so does a relative `XDG_DATA_HOME` (XDG base
    /// directory specification). A relative directory that somebody names is meant from where he stands.
    ///
    /// - Parameters:
    ///   - given: what `--home` says.
    ///   - program: the last part of the path, as in `counter`.
    /// - Returns: `nil` when nothing tells where it is.
    public static func path(
        given: String?, _ environment: [String: String], program: String
    ) -> String? {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let given { return given }
        if let home = variable("DOSSIER_HOME") { return home }
        if let data = variable("XDG_DATA_HOME"), data.hasPrefix("/") {
            return data + "/dossiersync/" + program
        }
        if let home = variable("HOME"), home.hasPrefix("/") {
            return home + "/.local/share/dossiersync/" + program
        }
        return nil
    }
}
