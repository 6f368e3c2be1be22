// A PDF, read as others read it: its text, its fonts, its pages, and what machines read of its pictures.

import Foundation
import TestSupport
import Testing

/// A file with papers.
struct Rendered {
    let path: String

    private func shell(_ script: String) throws -> String {
        String(decoding: try Shell.output(of: script), as: UTF8.self)
    }

    /// All text, the lines of each page as they stand; between pages a form feed.
    func text() throws -> String { try shell("pdftotext -layout '\(path)' -") }

    /// All text with one blank between words, however the page parts its lines.
    func words() throws -> String {
        try shell("pdftotext '\(path)' -").split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }

    /// The text of each page.
    func pages() throws -> [String] {
        try text().split(separator: "\u{C}").map(String.init)
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// The names of its faces, without those of their subsets and styles; that all are in the file.
    func faces() throws -> Set<String> {
        let lines = try shell("pdffonts '\(path)'").split(separator: "\n").dropFirst(2)
        let names = lines.map { line in
            let columns = line.split(separator: " ")
            #expect(columns.suffix(5).first == "yes", "\(line)")
            return String(columns[0].drop { $0 != "+" }.dropFirst().prefix { $0 != "-" })
        }
        return Set(names)
    }

    /// What a scanner reads on each of its pages.
    func codes() throws -> Set<String> {
        let pictures = path + "-pictures"
        try FileManager.default.createDirectory(
            atPath: pictures, withIntermediateDirectories: true)
        let text = try shell(
            """
            pdftoppm -r 150 -png '\(path)' '\(pictures)/p'
            zbarimg -q --raw '\(pictures)'/*.png 2>/dev/null
            """)
        return Set(text.split(separator: "\n").map(String.init))
    }
}
