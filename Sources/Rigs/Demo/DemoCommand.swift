// `central demo`. The program's own file brings it in: nothing else of a program knows a rig.

public import CommandLine
internal import Demonstration
internal import Foundation
internal import JSON
internal import Reports
internal import Text

/// The demonstration as a command of `central`.
public enum DemoCommand {
    /// `central demo`.
    public static let command = Command(
        "demo",
        summary: Message(
            "replay a half-year at district counters and show what came of it",
            vi: "phát lại sáu tháng ở các quầy huyện và cho xem kết quả"),
        discussion: Message(
            """
            Starts a central on loopback and every desk's replica in a temporary directory, replays a
            seeded half-year with the published totals (16 December 2020 to 15 June 2021), cuts one
            office's link for a while, syncs, and prints what was merged, what waits for a person,
            the report, and whether all digests agree. Ends with 70 if anything does not add up.
            """,
            vi: """
                Chạy một trung tâm tại máy và dữ liệu của mọi quầy trong thư mục tạm, phát lại sáu tháng theo số
                liệu công bố (16/12/2020 đến 15/06/2021), cắt mạng một cơ quan một thời gian, đồng bộ, rồi in những
                gì đã tự trộn, những gì chờ người xử lý, báo cáo, và mã kiểm có khớp hết không. Kết thúc với 70 nếu
                có gì không khớp.
                """),
        options: [
            Option(
                "--seed", valueName: "N",
                help: Message(
                    "draw another half-year (default 2021)",
                    vi: "sinh một sáu tháng khác (mặc định 2021)")),
            Option(
                "--keep",
                help: Message(
                    "leave the replicas in place and say where they are",
                    vi: "giữ lại dữ liệu các quầy và cho biết ở đâu")),
        ]
    ) { invocation in
        let seed = try invocation.integer("--seed", in: 0 ... .max) ?? 2021
        let directory = NSTemporaryDirectory() + "dossiersync-demo-" + UUID().uuidString
        defer {
            if !invocation.has("--keep") {
                try? FileManager.default.removeItem(atPath: directory)  // a temporary directory
            }
        }
        let halfYear = HalfYear(seed: UInt64(seed))
        let run = try await DemoRun(halfYear, directory: directory)
        let story = DemoStory(run, invocation)
        do {
            try story.tellBeginning(seed: seed)
            try await run.replay()
            let isRight = try story.tellOutcome()
            await run.stop()
            if invocation.has("--keep") {
                try invocation.say(Message("kept in \(directory)", vi: "giữ tại \(directory)"))
            }
            guard isRight else {
                throw CommandFailure(
                    .software,
                    Message(
                        "the half-year did not come out as it was played",
                        vi: "sáu tháng không ra đúng như đã phát"),
                    hint: Message(
                        "run it again with --keep --seed \(seed) and report what it prints",
                        vi: "chạy lại với --keep --seed \(seed) và báo lại những gì in ra"))
            }
        } catch {
            await run.stop()
            throw error
        }
        return .ok
    }
}
