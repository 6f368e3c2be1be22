#pragma once
#include <limits.h>
#include <sqlite3.h>
#include <stddef.h>

/// `SQLITE_TRANSIENT` is a cast that Swift cannot import: SQLite copies the bytes before returning.
/// An empty text is bound as such even when `text` is null: SQLite alone would take it for NULL.
static inline int shim_bind_text(
    sqlite3_stmt *statement, int index, const void *text, sqlite3_uint64 byte_count) {
  return sqlite3_bind_text64(
      statement, index, text ? (const char *)text : "", byte_count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// As `shim_bind_text`: an empty blob is never taken for NULL.
static inline int shim_bind_blob(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 byte_count) {
  return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", byte_count, SQLITE_TRANSIENT);
}

/// Compiles the first statement of `sql` and says how many bytes it took, its `;` included.
static inline int shim_prepare(
    sqlite3 *database, const void *sql, size_t byte_count, unsigned int flags,
    sqlite3_stmt **statement, size_t *consumed) {
  const char *tail = NULL;
  *statement = NULL;
  *consumed = 0;
  if (byte_count > INT_MAX) return SQLITE_TOOBIG;
  int code = sqlite3_prepare_v3(
      database, sql ? (const char *)sql : "", (int)byte_count, flags, statement, &tail);
  if (code == SQLITE_OK && sql && tail) *consumed = (size_t)(tail - (const char *)sql);
  return code;
}

/// `sqlite3_db_config` is variadic, which Swift cannot call. `option` is one of those that take
/// an `int` and an `int *`.
static inline int shim_db_config_flag(sqlite3 *database, int option, int is_on) {
  return sqlite3_db_config(database, option, is_on, (int *)0);
}

/// Lets SQLite allocate without counting, which takes a lock that all connections share each time;
/// nothing here asks what it counted. Before the first connection. `sqlite3_config` is variadic.
static inline int shim_stop_counting_memory(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
