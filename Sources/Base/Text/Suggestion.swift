/// Guesses what a person meant to type.
public enum Suggestion {
    /// The candidate that fewest changes turn into `word`, if they are few; the first of equals.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let isStart = word.count >= 3 && candidate.hasPrefix(word)
            let distance = isStart ? 1 : changes(from: Array(word), to: Array(candidate))
            if distance <= limit, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
    }

    /// Inserted, removed, replaced and swapped neighbouring characters (optimal string alignment).
    static func changes(from source: [Character], to target: [Character]) -> Int {
        guard source.count <= 64, target.count <= 64 else { return .max }
        var rows = [Array(0...target.count)]
        for row in 1..<(source.count + 1) {
            var current = [row]
            for column in 1..<(target.count + 1) {
                let isSame = source[row - 1] == target[column - 1]
                var cost = min(
                    rows[row - 1][column] + 1, current[column - 1] + 1,
                    rows[row - 1][column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, source[row - 1] == target[column - 2],
                    source[row - 2] == target[column - 1]
                {
                    cost = min(cost, rows[row - 2][column - 2] + 1)
                }
                current.append(cost)
            }
            rows.append(current)
        }
        return rows[source.count][target.count]
    }
}
