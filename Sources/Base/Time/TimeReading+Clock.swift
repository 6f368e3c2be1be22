internal import Text

extension TimeReading {
    private enum DayHalf {
        case morning
        case noon
        case afternoon
    }

    private static let halves: [String: DayHalf] = [
        "sa": .morning, "am": .morning, "sang": .morning, "trua": .noon, "ch": .afternoon,
        "pm": .afternoon, "chieu": .afternoon, "toi": .afternoon,
    ]

    /// Takes a time of day, if one begins here.
    ///
    /// - Throws: `Unread` for what begins like a time and is none.
    mutating func takeClock() throws(Unread) -> ClockReading? {
        let start = text.place
        guard let first = text.digits() else { return nil }
        if let compact = takeCompactClock(first) { return compact }
        var hour = Int(first) ?? 24
        var seconds = 0
        if text.sign(1) == ":" {
            guard first.count <= 2 else { throw Unread(start, .noSuchTime) }
            text.take()
            seconds = try takeSixty(after: ":") * 60
            if text.sign() == ":" { seconds += try takeSixty(after: ":") }
        } else if let word = text.word(1), ["h", "g", "gio"].contains(word) {
            guard first.count <= 2 else { throw Unread(start, .noSuchTime) }
            text.take(2)
            seconds = try takeMinutesInWords() * 60
        } else if text.word(1).flatMap({ Self.halves[$0] }) != nil || isDotted(1) {
            text.take()
        } else {
            return nil
        }
        let milliseconds = takeFraction()
        if let half = takeHalf() { hour = try Self.hour(hour, half, start) }
        guard hour < 24 else { throw Unread(start, .noSuchTime) }
        var clock = ClockReading(milliseconds: (hour * 3600 + seconds) * 1000 + milliseconds)
        clock.offsetMinutes = try takeOffset()
        return clock
    }

    /// `083000` or `0830` behind the T of ISO 8601's basic form.
    private mutating func takeCompactClock(_ digits: String) -> ClockReading? {
        guard day != nil, digits.count == 4 || digits.count == 6, !text.followsBlank(),
            let number = Int(digits)
        else { return nil }
        let minutes = digits.count == 6 ? number / 100 : number
        let second = digits.count == 6 ? number % 100 : 0
        guard minutes / 100 < 24, minutes % 100 < 60, second < 60 else { return nil }
        let start = text
        text.take()
        let seconds = (minutes / 100 * 60 + minutes % 100) * 60 + second
        var clock = ClockReading(milliseconds: seconds * 1000 + takeFraction())
        do throws(Unread) {
            clock.offsetMinutes = try takeOffset()
            return clock
        } catch {
            text = start
            return nil
        }
    }

    /// Two digits below 60, behind a sign.
    private mutating func takeSixty(after sign: Character) throws(Unread) -> Int {
        text.take()
        let place = text.place
        guard let digits = text.digits(), digits.count == 2, let number = Int(digits), number < 60
        else { throw Unread(place, .noSuchTime) }
        text.take()
        return number
    }

    /// Behind `8h` or `8 giờ`: `30`, `30p`, `30 phút`, or nothing.
    private mutating func takeMinutesInWords() throws(Unread) -> Int {
        guard let digits = text.digits() else { return 0 }
        // `8h 30/11/2026`: what follows is the day.
        if let sign = text.sign(1), "/-.".contains(sign), text.sign(3) == sign { return 0 }
        if let word = text.word(1), word == "thang" || word == "thg" { return 0 }
        guard digits.count == 2, let number = Int(digits), number < 60 else {
            throw Unread(text.place, .noSuchTime)
        }
        text.take()
        if !text.takeWord(["p", "ph", "phut"]) { _ = text.takeSign("'") }
        return number
    }

    /// Milliseconds of a fraction of a second of 1 to 9 digits.
    private mutating func takeFraction() -> Int {
        guard let sign = text.sign(), sign == "." || sign == ",", !text.followsBlank(),
            !text.followsBlank(1), let digits = text.digits(1), digits.count <= 9
        else { return 0 }
        text.take(2)
        return Int((digits + "00").prefix(3)) ?? 0
    }

    private mutating func takeHalf() -> DayHalf? {
        if isDotted(0) {
            let half = text.word().flatMap { Self.halves[$0 + "m"] }
            text.take(text.sign(3) == "." ? 4 : 3)
            return half
        }
        guard let half = text.word().flatMap({ Self.halves[$0] }) else { return nil }
        text.take()
        return half
    }

    /// Whether `a.m.` or `p.m.` begins there.
    private func isDotted(_ offset: Int) -> Bool {
        ["a", "p"].contains(text.word(offset)) && text.sign(offset + 1) == "."
            && text.word(offset + 2) == "m"
    }

    /// The hour of the day that an hour of one half is. What contradicts itself is none: `14 SA`.
    private static func hour(_ hour: Int, _ half: DayHalf, _ start: Int) throws(Unread) -> Int {
        switch (half, hour) {
        case (.morning, 12): return 0
        case (.morning, 0..<12), (.noon, 11...13), (.afternoon, 12..<24): return hour
        case (.noon, 1...2), (.afternoon, 1..<12): return hour + 12
        default: throw Unread(start, .noSuchTime)
        }
    }

    /// `Z`, `+07:00`, `+0700`, `+07`, `UTC+7`, in minutes east of UTC.
    private mutating func takeOffset() throws(Unread) -> Int? {
        if text.word() == "z", !text.followsBlank() {
            text.take()
            return 0
        }
        let start = text.place
        let isNamed = text.takeWord(["utc", "gmt"])
        guard let sign = text.sign(), sign == "+" || sign == "-", let digits = text.digits(1),
            sign == "+" || isNamed || !text.followsBlank() && text.sign(2) == ":"
                || !text.followsBlank() && digits.count == 4 && text.sign(2) == nil
        else { return isNamed ? 0 : nil }
        text.take(2)
        var (hours, minutes) = (Int(digits) ?? 99, 0)
        if digits.count == 4 {
            (hours, minutes) = (hours / 100, hours % 100)
        } else if text.sign() == ":" {
            minutes = try takeSixty(after: ":")
        }
        guard [1, 2, 4].contains(digits.count), hours < 24, minutes < 60 else {
            throw Unread(start, .noSuchTime)
        }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
    }
}
