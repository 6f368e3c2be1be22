internal import Synchronization

/// Resumes connections together that only waited until now.
///
/// libmicrohttpd walks all suspended connections whenever it finds that some were resumed: with thousands
/// that wait, one walk for many costs a fraction of a walk for each.
final class LateResumes: Sendable {
    /// How late an answer is at most that somebody had waited for anyway.
    private static let delay = Duration.milliseconds(50)

    private let resumes = Mutex<[@Sendable () -> Void]>([])

    func add(_ resume: @escaping @Sendable () -> Void) {
        let isFirst = resumes.withLock { resumes in
            resumes.append(resume)
            return resumes.count == 1
        }
        guard isFirst else { return }
        Task(priority: .high) {
            try? await Task.sleep(for: Self.delay)  // nobody cancels it
            let due = resumes.withLock { resumes in
                defer { resumes = [] }
                return resumes
            }
            for resume in due { resume() }
        }
    }
}
