import CommandLine
import Synchronization
import Testing
import Text

/// A terminal and a clock that a test holds in its hand.
private final class FakeTerminal: Sendable {
    private let state = Mutex((written: [String](), time: Duration.seconds(1000)))
    let columns: Int

    init(columns: Int = 120) {
        self.columns = columns
    }

    var written: [String] { state.withLock { $0.written } }

    func advance(_ duration: Duration) {
        state.withLock { $0.time += duration }
    }

    func makeBar(
        label: String = "Sending", total: Int? = nil, quiet: Bool = false, isTerminal: Bool = true
    ) -> ProgressBar {
        ProgressBar(
            label: label, total: total,
            terminal: ProgressTerminal(isTerminal: isTerminal, columns: { self.columns }) { text in
                self.state.withLock { $0.written.append(text) }
            }, quiet: quiet, now: { self.state.withLock { $0.time } })
    }
}

@Suite("Progress")
struct ProgressBarTests {
    private let terminal = FakeTerminal()

    @Test("The line shows bar, counts, bytes, rate and time left")
    func wholeLine() {
        let bar = terminal.makeBar(total: 16_000)
        bar.update(done: 0)
        terminal.advance(.seconds(10))
        bar.update(done: 4_000, bytes: 1_200_000)
        #expect(
            terminal.written == [
                "\r" + "Sending  [--------------------]  0/16,000" + "\u{1B}[K",
                "\r" + "Sending  [#####---------------]  4,000/16,000  1.2 MB  120 kB/s  0:30 left"
                    + "\u{1B}[K",
            ])
    }

    @Test("Without a total there are counts and a rate only")
    func unknownTotal() {
        let bar = terminal.makeBar()
        terminal.advance(.seconds(2))
        bar.update(done: 3_000)
        #expect(terminal.written == ["\rSending  3,000  1,500/s\u{1B}[K"])
    }

    @Test("A total can become known later")
    func laterTotal() {
        let bar = terminal.makeBar()
        bar.update(done: 1, total: 2)
        #expect(terminal.written == ["\rSending  [##########----------]  1/2\u{1B}[K"])
    }

    @Test("The line is redrawn at most ten times a second")
    func redrawRate() {
        let bar = terminal.makeBar(total: 1000)
        for done in 0..<1000 {
            bar.update(done: done)
            terminal.advance(.milliseconds(1))
        }
        #expect(terminal.written.count == 10)
    }

    @Test("Hours are shown when it takes hours, and odd counts do no harm")
    func oddCounts() throws {
        let bar = terminal.makeBar(total: 10_000)
        terminal.advance(.seconds(1))
        bar.update(done: 1)
        #expect(try #require(terminal.written.last).contains("2:46:39 left"))
        for (done, total) in [(20, 10), (-1, 10), (0, 0), (.max, 1), (1, .max)] {
            terminal.advance(.seconds(1))
            bar.update(done: done, total: total, bytes: .max)
        }
        #expect(terminal.written.count == 6)
    }

    @Test("Nothing is longer than the terminal is wide", arguments: [1, 2, 10, 20, 40, 60, 80])
    func narrowTerminal(columns: Int) {
        let terminal = FakeTerminal(columns: columns)
        let bar = terminal.makeBar(label: "Gửi hồ sơ 日本", total: 16_000)
        terminal.advance(.seconds(10))
        bar.update(done: 4_000, bytes: 1_200_000)
        for text in terminal.written {
            #expect(DisplayWidth.of(text.dropFirst(1).dropLast(3)) < columns)
        }
        #expect(terminal.written.count == 1)
    }

    @Test("Finishing clears the line")
    func finishing() {
        let bar = terminal.makeBar()
        bar.update(done: 1)
        bar.finish()
        bar.finish()
        bar.update(done: 2)
        #expect(terminal.written == ["\rSending  1\u{1B}[K", "\r\u{1B}[K"])
    }

    @Test("Finishing can leave a line, also when nothing was drawn")
    func finalLine() {
        terminal.makeBar().finish("Sent 12 changes")
        #expect(terminal.written == ["\rSent 12 changes\u{1B}[K\n"])
    }

    @Test("Finishing writes nothing when nothing was drawn")
    func nothingDrawn() {
        terminal.makeBar().finish()
        #expect(terminal.written.isEmpty)
    }

    @Test(
        "Quiet, or off a terminal, nothing is written", arguments: [(true, true), (false, false)])
    func silence(quiet: Bool, isTerminal: Bool) {
        let bar = terminal.makeBar(total: 2, quiet: quiet, isTerminal: isTerminal)
        bar.update(done: 1)
        bar.finish("done")
        #expect(terminal.written.isEmpty)
    }

    @Test("A label cannot control the terminal")
    func hostileLabel() {
        terminal.makeBar(label: "a\u{1B}[2J\r").update(done: 1)
        #expect(terminal.written == ["\ra\\u{1B}[2J\\r  1\u{1B}[K"])
    }
}
