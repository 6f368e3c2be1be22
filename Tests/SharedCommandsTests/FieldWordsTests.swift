import CommandLine
import RecordArguments
import Replication
import SharedCommands
import Testing
import Text

@Suite("Fields and conflicts on a command line")
struct FieldWordsTests {
    @Test("a word that is no field is a mistake of the command line")
    func noField() {
        let error = #expect(throws: UsageError.self) {
            try FieldArguments(typed: ["applicant_name=Trần", "phone"], kind: .dossier)
        }
        #expect(error?.message.english == "argument 2 of the fields is not FIELD=VALUE")
        #expect(
            error?.hint?.english
                == "put words with spaces in quotes: applicant_name=\"Trần Văn A\"")
    }

    private func choice(_ field: String, value: String? = nil, use: String? = nil) throws
        -> ConflictChoice
    {
        try ConflictChoice(
            Invocation(
                options: use.map { ["--use": [$0]] } ?? [:],
                positionals: ["FIELD": [field]].merging(value.map { ["VALUE": [$0]] } ?? [:]) {
                    $1
                }))
    }

    @Test("a conflict is settled by one value: a word, after an equals sign, or a change's")
    func oneValue() throws {
        #expect(try choice("status", value: "done").field == "status")
        #expect(try choice("status=done").field == "status")
        #expect(try choice("status", use: "00c4d1e2f3a4b5c6:17").field == "status")
        for none in [
            { try choice("status") }, { try choice("status=x", use: "00c4d1e2f3a4b5c6:17") },
        ] {
            let error = #expect(throws: UsageError.self) { try none() }
            #expect(error?.message.english == "either a VALUE or --use REPLICA:SEQ is needed")
        }
        let error = #expect(throws: UsageError.self) {
            try choice("status", use: "00c4d1e2f3a4b5c6:0")
        }
        #expect(error?.message.english == "--use needs REPLICA:SEQ")
    }

    @Test("a change that wrote none of the values is wrong data")
    func noSuchValue() throws {
        let id = try #require(RecordID("00000000-0000-7000-8000-000000000001"))
        let state = RecordState(kind: .dossier, id: id)
        let failure = #expect(throws: CommandFailure.self) {
            try choice("status", use: "00c4d1e2f3a4b5c6:17").chosenValue(in: state)
        }
        #expect(failure?.exitCode == .dataError)
        #expect(failure?.message.english == "no value of status was written by that change")
    }
}
