// The tables of segments (`Protocol/schema.md`).

enum SegmentSchema {
    /// The same at a counter and at central. `low` and `high` are the least and the greatest of `records`:
    /// 256 times the key of a record's row, and its kind. `rows_max` is written by rigs alone, which want
    /// small segments.
    static let both = """
        CREATE TABLE segments(
            first INTEGER PRIMARY KEY, last INTEGER NOT NULL, rows INTEGER NOT NULL,
            low INTEGER NOT NULL, high INTEGER NOT NULL,
            records BLOB NOT NULL, heads BLOB NOT NULL) STRICT;
        CREATE TABLE segment_contents(
            first INTEGER PRIMARY KEY, content BLOB NOT NULL, sum BLOB NOT NULL) STRICT;
        CREATE TABLE segment_runs(
            replica INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
            segment INTEGER NOT NULL, before BLOB, after BLOB,
            PRIMARY KEY (replica, first_seq)) STRICT, WITHOUT ROWID;
        CREATE TABLE segment_mark(
            only INTEGER PRIMARY KEY CHECK (only = 1), through INTEGER NOT NULL,
            rows_max INTEGER) STRICT;
        INSERT INTO segment_mark(only, through) VALUES (1, 0);
        """
}
