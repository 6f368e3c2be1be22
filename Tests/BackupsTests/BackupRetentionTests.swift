import Backups
import Causality
import Testing
import Time

@Suite("BackupRetention")
struct BackupRetentionTests {
    /// Hours after the first instant of a day at the offices' time.
    private static func time(_ day: String, _ hours: Int = 0) throws -> Timestamp {
        let day = try #require(CalendarDate(parsing: day))
        return Timestamp(milliseconds: OfficeTime.startOfDay(day) + Int64(hours) * 3_600_000)
    }

    @Test("It is read as it is written, and nonsense is refused")
    func reading() throws {
        #expect(BackupRetention("24h,7d,4w,12m")?.text == "24h,7d,4w,12m")
        for text in ["", "7", "d", "0d", "7d,", "7d,3d", "-1d", "7y", "7d 4w", "99999d"] {
            #expect(BackupRetention(text) == nil, "\(text)")
        }
    }

    @Test("Of a year of hourly backups the newest of each stretch stays, and no other")
    func year() throws {
        let start = try Self.time("2026-01-01")
        let times = (0..<365 * 24).map {
            Timestamp(milliseconds: start.milliseconds + Int64($0) * 3_600_000)
        }
        let retention = try #require(BackupRetention("24h,7d,4w,12m"))
        let kept = retention.kept(times)
        let last = try Self.time("2026-12-31", 23)
        // A day ago, a week ago, four weeks ago (a Sunday), and the end of January.
        for (day, hour, isKept) in [
            ("2026-12-31", 0, true), ("2026-12-30", 23, true), ("2026-12-30", 22, false),
            ("2026-12-25", 23, true), ("2026-12-24", 23, false), ("2026-12-13", 23, true),
            ("2026-12-06", 23, false), ("2026-11-30", 23, true), ("2026-01-31", 23, true),
            ("2026-01-30", 23, false),
        ] {
            let time = try Self.time(day, hour)
            #expect(kept.contains(time) == isKept, "\(day) \(hour)")
        }
        #expect(kept.contains(last) && kept.count <= 24 + 7 + 4 + 12)
        // Whoever prunes with each backup ends with the same.
        var present: [Timestamp] = []
        for time in times.suffix(2_000) {
            present = Array(retention.kept(present + [time]))
        }
        #expect(Set(present).isSubset(of: Set(times)) && present.contains(last))
        for time in kept where time > times[times.count - 2_000] {
            #expect(present.contains(time))
        }
    }

    @Test("After a pause, or under a clock of 2036, no more go than one a stretch")
    func pause() throws {
        let retention = try #require(BackupRetention("3d"))
        let old = try [
            Self.time("2026-03-01"), Self.time("2026-03-02"), Self.time("2026-03-03"),
        ]
        let late = try Self.time("2036-01-01")
        #expect(retention.kept(old + [late]) == Set(old.dropFirst() + [late]))
    }

    @Test("A set is said to be kept until its last stretch has gone by, and is")
    func end() throws {
        let retention = try #require(BackupRetention("3d,2m"))
        let (morning, evening) = try (Self.time("2026-03-30", 8), Self.time("2026-03-30", 20))
        let next = try Self.time("2026-03-31", 8)
        let times = [morning, evening, next]
        // Not the newest of its day, nor of its month.
        #expect(retention.end(of: morning, among: times) == morning)
        #expect(try retention.end(of: evening, among: times) == Self.time("2026-04-02"))
        #expect(try retention.end(of: next, among: times) == Self.time("2026-05-01"))
        // Until then it stays, and no longer.
        var present = Set(times)
        for day in 0..<40 {
            let time = Timestamp(milliseconds: next.milliseconds + Int64(day + 1) * 86_400_000)
            present = retention.kept(Array(present) + [time])
            #expect(try !present.contains(evening) || time < Self.time("2026-04-02"))
            #expect(try present.contains(next) == (time < Self.time("2026-05-01")))
        }
    }
}
