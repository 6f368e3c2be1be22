// The programs that papers need: the one that draws them, and the one that takes them to a printer.

internal import CommandLine
internal import Foundation
internal import Host
internal import JSON
internal import Papers
internal import Text

/// Runs `dossiersync-papers`.
struct PaperProgram {
    static let name = "dossiersync-papers"
    /// A register of 20,000 rows takes half a minute.
    private static let patienceSeconds = 300

    /// The environment's variables.
    let environment: [String: String]

    /// The PDF of a document, in whole.
    ///
    /// - Throws: `PaperFault` for what is wrong with the document; `CommandFailure` where there is no program, or it
    ///   fails otherwise.
    func pdf(of document: PaperDocument) throws -> [UInt8] {
        let path = try path()
        let answer: ChildProcess.Answer
        do throws(ChildProcess.StartFailure) {
            answer = try ChildProcess.answer(
                of: path, [], environment: environment,
                input: Array(document.json.serialized().utf8),
                withinSeconds: Self.patienceSeconds)
        } catch {
            throw Self.failure(
                .osError,
                Message("it cannot be started: \(error)", vi: "không chạy được chương trình"))
        }
        if answer.ending == .exited(0), answer.output.starts(with: Array("%PDF-".utf8)) {
            return answer.output
        }
        let line = answer.errors.prefix { $0 != 0x0A }
        // What is no line of it is said to have failed.
        if let fault = (try? JSONValue(parsing: line)).flatMap(PaperFault.init) { throw fault }
        throw Self.failure(.software, Message("it failed", vi: "chương trình bị lỗi"))
    }

    private static func failure(_ code: ExitCode, _ words: Message) -> CommandFailure {
        CommandFailure(
            code,
            Message("no paper was made by \(name): ", vi: "\(name) không tạo được giấy tờ: ")
                + words)
    }

    /// Where it is: as `DOSSIER_PAPERS` says, beside this program, or in `PATH`.
    private func path() throws(CommandFailure) -> String {
        let files = FileManager.default
        var places: [String] = []
        if let named = environment["DOSSIER_PAPERS"], !named.isEmpty {
            places = [named]
        } else {
            // A system without /proc has it in PATH alone.
            if let own = try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
                places.append((own as NSString).deletingLastPathComponent + "/" + Self.name)
            }
            places += Self.places(of: Self.name, environment)
        }
        guard let path = places.first(where: files.isExecutableFile) else {
            throw CommandFailure(
                .unavailable,
                Message(
                    "the program that makes papers is not here: \(Self.name)",
                    vi: "chưa cài chương trình tạo giấy tờ: \(Self.name)"),
                hint: Message(
                    "install it with: apt-get install \(Self.name)",
                    vi: "cài bằng: apt-get install \(Self.name)"))
        }
        return path
    }

    fileprivate static func places(
        of name: String, _ environment: [String: String]
    ) -> [String] {
        (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
    }
}

extension PaperFault {
    /// Why there is no paper, for the person who asked; letters that the face lacks are told apart by record.
    var failure: CommandFailure {
        switch reason {
        case .letters:
            let names = letters.prefix(8).map { number in
                let digits = String(number, radix: 16, uppercase: true)
                return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            }.joined(separator: " ")
            return CommandFailure(
                .dataError,
                Message(
                    "there are letters that papers cannot show: \(names)",
                    vi: "có chữ mà giấy tờ không in được: \(names)"),
                hint: Message(
                    "write the text in Latin letters", vi: "ghi lại bằng chữ cái La-tinh"))
        case .face:
            return CommandFailure(
                .configuration,
                Message(
                    "the face of papers, Tinos, is not installed",
                    vi: "chưa cài phông chữ của giấy tờ, Tinos"),
                hint: Message(
                    "install it with: apt-get install fonts-croscore",
                    vi: "cài bằng: apt-get install fonts-croscore"))
        default:
            return CommandFailure(
                .software,
                Message(
                    "no paper was made: \(reason.rawValue)",
                    vi: "không tạo được giấy tờ (\(reason.rawValue))"),
                hint: Message(
                    "are both packages of one version?", vi: "hai gói có cùng phiên bản không?"))
        }
    }
}

/// Takes papers to a printer, by CUPS' `lp`.
enum PaperPrinter {
    private static let patienceSeconds = 60

    /// Hands a file over.
    ///
    /// - Parameter printer: its name; the system's default one where it is `nil`.
    /// - Throws: `CommandFailure`.
    static func print(
        _ pdf: [UInt8], title: String, on printer: String?, _ environment: [String: String]
    ) throws(CommandFailure) {
        let lp = PaperProgram.places(of: "lp", environment)
            .first(where: FileManager.default.isExecutableFile)
        guard let lp else {
            throw CommandFailure(
                .unavailable,
                Message(
                    "this machine has no program that prints: lp",
                    vi: "máy này chưa có chương trình in: lp"),
                hint: Message(
                    "install it with: apt-get install cups-client, or give --out FILE",
                    vi: "cài bằng: apt-get install cups-client, hoặc dùng --out TỆP"))
        }
        var arguments = ["-t", title]
        if let printer { arguments += ["-d", printer] }
        let answer: ChildProcess.Answer
        do throws(ChildProcess.StartFailure) {
            answer = try ChildProcess.answer(
                of: lp, arguments, environment: environment, input: pdf,
                withinSeconds: patienceSeconds)
        } catch {
            throw failure(printer)
        }
        guard answer.ending == .exited(0) else { throw failure(printer) }
    }

    private static func failure(_ printer: String?) -> CommandFailure {
        let name = printer.map { Message(verbatim: TerminalSafe.text($0)) }
        return CommandFailure(
            .unavailable,
            Message("the paper was not printed: ", vi: "chưa in được: ")
                + (name.map {
                    Message("the printer ", vi: "máy in ") + $0
                        + Message(" took nothing", vi: " không nhận")
                } ?? Message("no printer took it", vi: "không có máy in nào nhận")),
            hint: Message(
                "lpstat -a lists printers; set one with: counter settings --printer NAME",
                vi: "xem máy in bằng lpstat -a; đặt máy in bằng: counter settings --printer TÊN"))
    }
}
