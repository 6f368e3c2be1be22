import JSON
import Testing

@testable import CentralServer

@Suite("LogLine")
struct LogLineTests {
    @Test("a line is the same in both forms, and a text cannot pass for another member")
    func forms() throws {
        var line = ExchangeLine(.exchange, bytesIn: 12)
        line.device = "1d12ab266cd35b8b"
        line.failure = "store-failed"
        line.reason = "disk \"full\"\nlevel=info"
        line.request = "1796050000000"
        let json = try JSONValue(parsing: Array(LogLine.exchange(line).text(as: .json).utf8))
        #expect(json["level"] == "error" && json["request"] == "1796050000000")
        let text = LogLine.exchange(line).text(as: .logfmt)
        #expect(
            text
                == "event=exchange device=1d12ab266cd35b8b acceptedThrough=0 refused=0 items=0 bytesIn=12 "
                + "bytesOut=0 milliseconds=0 outcome=store-failed reason=\"disk \\\"full\\\"\\nlevel=info\" "
                + "request=1796050000000 level=error")
        #expect(!text.contains("\n"))
        #expect(
            LogLine.warning("a b").text(as: .logfmt)
                == "event=warning message=\"a b\" level=warning")
        line.device = ""
        #expect(LogLine.exchange(line).text(as: .logfmt).contains("device=\"\" "))
    }

    @Test("levels: what was done, what was not, and central's own failures")
    func levels() {
        var line = ExchangeLine(.exchange, bytesIn: 0)
        #expect(LogLine.exchange(line).level == .info)
        line.failure = "busy"
        #expect(LogLine.exchange(line).level == .warning)
        line.reason = "disk"
        #expect(LogLine.exchange(line).level == .error)
        #expect(
            LogLine.notice("").level == .info && LogLevel.info < .warning
                && .warning < LogLevel.error)
    }
}
