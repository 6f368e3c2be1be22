internal import CommandLine
internal import Text

/// Hands out the papers of dossiers, and the register of a period.
enum PaperCommand {
    static func command(_ context: CounterContext) -> Command {
        Command(
            "paper",
            summary: Message(
                "make a paper of dossiers (01 to 06), or the register of a period (07)",
                vi: "in giấy tờ của hồ sơ (mẫu 01 đến 06), hoặc sổ theo dõi của một kỳ (07)"),
            discussion: Message(
                """
                01 receipt, 02 request for papers, 03 refusal, 04 apology and new day, 05 the work is stopped,
                06 control sheet, by the forms of the day of receipt. Without --out or --print the file is
                CODE-FORM.pdf. Printed again it is the same paper, marked as a copy. --print takes it to the
                printer of counter settings --printer, else to the system's.
                  counter paper 000.17.01.H56-210531-10001 01 --print
                  counter paper --register --period 2026-11 --out so.pdf
                """,
                vi: """
                    01 giấy tiếp nhận và hẹn trả, 02 yêu cầu bổ sung, 03 từ chối, 04 xin lỗi và gia hạn, 05 dừng giải
                    quyết, 06 kiểm soát quá trình, theo bộ mẫu của ngày tiếp nhận. Không ghi --out hay --print thì
                    tệp là MÃ-MẪU.pdf. In lại vẫn là giấy đó, ghi rõ bản sao. --print in ra máy in đã đặt bằng
                    counter settings --printer, hoặc máy in mặc định của hệ thống.
                      counter paper 000.17.01.H56-210531-10001 01 --print
                      counter paper --register --period 11/2026 --out so.pdf
                    """),
            arguments: [
                Positional(
                    "RECORD",
                    help: Message(
                        "a dossier's code, the end of one, or an id; several one after the other",
                        vi:
                            "mã hồ sơ, phần cuối của mã, hoặc id; có thể ghi nhiều, cách nhau dấu cách"
                    ),
                    optional: true, repeats: true),
                Positional(
                    "FORM",
                    help: Message("01, 02, 03, 04, 05 or 06", vi: "01, 02, 03, 04, 05 hoặc 06"),
                    optional: true),
            ],
            options: [
                Option(
                    "--out", valueName: "FILE", help: Message("the file to write", vi: "tệp ghi ra")
                ),
                Option("--print", help: Message("take it to a printer", vi: "in ra máy in")),
                Option(
                    "--printer", valueName: "NAME",
                    help: Message("which printer, with --print", vi: "máy in nào, cùng --print")),
                Option(
                    "--register",
                    help: Message("the register instead of a paper", vi: "sổ theo dõi hồ sơ")),
                Option(
                    "--period", valueName: "PERIOD",
                    help: Message(
                        "of the register: 2026-11, 2026-Q4, 2026",
                        vi: "kỳ của sổ: 11/2026, quý 4/2026")),
                .by, .json,
            ]
        ) { invocation in
            let run = try PaperRun(invocation, context)
            return invocation.has("--register") ? try run.register() : try run.papers()
        }
    }
}
