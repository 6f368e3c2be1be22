// The slow half of Swift's Mutex, for the thread sanitizer alone.
//
// The fast half is compiled into our code, where the sanitizer sees it. Threads that meet wait in
// libswiftSynchronization, which it does not see: what one of them did under the lock would then
// seem to race with what the next does. This takes its place, and waits in sight. A lock is one
// word: the id of the thread that has it, 0 when nobody has.
// <https://github.com/swiftlang/swift/tree/main/stdlib/public/Synchronization/Mutex>
#include <sched.h>
#include <stdint.h>

__attribute__((swiftcall)) void mutex_lock_slow(
    uint32_t thread, __attribute__((swift_context)) uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void mutex_lock_slow(
    uint32_t thread, __attribute__((swift_context)) uint32_t *word) {
  uint32_t nobody = 0;
  while (!__atomic_compare_exchange_n(
      word, &nobody, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    nobody = 0;
    sched_yield();
  }
}
