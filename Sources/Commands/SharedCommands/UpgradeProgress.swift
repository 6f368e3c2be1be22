public import CommandLine
public import SQLiteStore
internal import Text

extension Invocation {
    /// Shows how a file of before is brought up to date. Nothing is shown of a file that needs nothing.
    public func upgradeReport(
        on terminal: ProgressTerminal = .standardError
    ) -> UpgradeReport {
        let began = ContinuousClock.now
        let bar = ProgressBar(
            label: text(Message("bringing the file up to date", vi: "đang nâng cấp tệp dữ liệu")),
            terminal: terminal, now: { ContinuousClock.now - began })
        return { done, total in
            bar.update(done: Int(done), total: Int(total))
            if done >= total { bar.finish() }
        }
    }
}
