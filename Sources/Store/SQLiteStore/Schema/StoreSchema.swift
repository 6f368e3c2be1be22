// The tables of a replica and of central, described for people in `Protocol/schema.md`.
//
// Both keep records in the same tables: the fields that people query are typed columns, and one
// small `state` blob holds what the merge needs beyond them (see `StateBlob`). Migrations are named
// and only ever appended to.

internal import SQLite

extension DatabaseRole {
    /// SQLite's `application_id`: tells a replica from a central from any other database.
    var applicationID: Int32 {
        switch self {
        case .counter: 0x4453_5952  // "DSYR"
        case .central: 0x4453_5943  // "DSYC"
        }
    }

    var migrations: [Migration] {
        switch self {
        case .counter:
            [
                Migration(name: "1-records", sql: StoreSchema.records),
                Migration(name: "1-counter", sql: StoreSchema.counter),
                Migration(name: "2-counter", sql: StoreSchema.counterEpoch),
                Migration(name: "3-counter", sql: StoreSchema.counterLink),
                Migration(name: "4-counter", sql: StoreSchema.counterReceipts),
                Migration(name: "5-counter", sql: BundleSchema.counter),
                Migration(name: "6-counter", sql: CentralTrust.schema),
                Migration(name: "7-counter-codes", sql: CodeNumberSchema.counter),
                Migration(name: "7-counter-tokens", sql: TokenHistory.schema),
                Migration(name: "8-counter-carried", sql: CarriedSchema.counter),
                // With it, blobs of format 2: an older program refuses the file, and reads none wrong.
                Migration(name: "11-counter-refused", sql: CentralCountSchema.counter),
                Migration(name: "12-counter-wait", sql: KeptWait.schema),
                Migration(name: "13-counter-former", sql: FormerIdentity.schema),
                Migration(name: "16-counter-clock", sql: ClockWatchSchema.both),
                Migration(name: "17-code-keys", sql: CodeKeySQL.indexes),
                Migration(name: "19-counter-events", sql: DossierEventSchema.both),
                Migration(name: "20-counter-copies", sql: CopyPlaceSchema.counter),
                Migration(name: "22-counter-accounts", sql: OfficeAccountSchema.both),
                Migration(name: "23-counter-search", sql: SearchIndexSchema.both),
                Migration(name: "24-counter-voids", sql: VoidMarkSchema.both),
                Migration(name: "26-counter-buckets", sql: DigestWalkSchema.both),
                Migration(name: "27-counter-segments", sql: SegmentSchema.both),
            ]
        case .central:
            [
                Migration(name: "1-records", sql: StoreSchema.records),
                Migration(name: "1-central", sql: StoreSchema.central),
                Migration(name: "2-central", sql: StoreSchema.centralEpochs),
                Migration(name: "4-central", sql: StoreSchema.centralReceipts),
                Migration(name: "5-central", sql: BundleSchema.central),
                Migration(name: "7-central-tokens", sql: DeviceTokenSchema.central),
                Migration(name: "8-central-audit", sql: AuditSchema.central),
                Migration(name: "9-central-admins", sql: AdminSchema.central),
                Migration(name: "10-central-desks", sql: DeskNumberSchema.central),
                Migration(name: "11-central-counts", sql: CentralCountSchema.central),
                Migration(name: "12-central-news", sql: CentralNewsSchema.central),
                Migration(name: "13-central-arrived", sql: StoreSchema.centralArrived),
                Migration(name: "14-central-enrolments", sql: EnrolmentSchema.central),
                Migration(name: "15-central-recovery", sql: RecoverySchema.central),
                Migration(name: "16-central-clock", sql: ClockWatchSchema.both),
                Migration(name: "17-code-keys", sql: CodeKeySQL.indexes),
                Migration(name: "19-central-events", sql: DossierEventSchema.both),
                Migration(name: "20-central-issued", sql: IssuedReportSchema.central),
                Migration(name: "21-central-copies", sql: CopyPlaceSchema.central),
                Migration(name: "22-central-accounts", sql: OfficeAccountSchema.both),
                Migration(name: "23-central-search", sql: SearchIndexSchema.both),
                Migration(name: "24-central-voids", sql: VoidMarkSchema.both),
                Migration(
                    name: "25-central-counts", sql: CentralCountSchema.centralWithoutTriggers),
                Migration(name: "26-central-buckets", sql: DigestWalkSchema.both),
                Migration(name: "27-central-segments", sql: SegmentSchema.both),
            ]
        }
    }
}

enum StoreSchema {
    static let records = """
        CREATE TABLE replicas(
            key INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE) STRICT;
        CREATE TABLE people(
            key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE scopes(
            key INTEGER PRIMARY KEY, office TEXT NOT NULL UNIQUE) STRICT;
        INSERT INTO scopes(key, office) VALUES (0, '');

        CREATE TABLE dossiers(
            key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
            code TEXT, procedure TEXT, applicant_name TEXT, applicant_id TEXT,
            applicant_phone TEXT, applicant_address TEXT, channel TEXT, office TEXT, status TEXT,
            received_at INTEGER, due_at INTEGER, finished_at INTEGER, returned_at INTEGER,
            return_method TEXT, fee_vnd INTEGER, officer TEXT, notes TEXT,
            conflicts INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
        CREATE INDEX dossiers_code ON dossiers(code) WHERE code IS NOT NULL;
        CREATE INDEX dossiers_office ON dossiers(office);
        CREATE INDEX dossiers_conflicts ON dossiers(key) WHERE conflicts > 0;

        CREATE TABLE contacts(
            key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
            way TEXT, topic TEXT, office TEXT, officer TEXT, occurred_at INTEGER, procedure TEXT,
            caller_name TEXT, caller_phone TEXT, dossier TEXT, notes TEXT,
            conflicts INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
        CREATE INDEX contacts_office ON contacts(office);
        CREATE INDEX contacts_conflicts ON contacts(key) WHERE conflicts > 0;

        CREATE TABLE offices(
            key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
            code TEXT, name TEXT, address TEXT, phone TEXT, time_zone_offset_minutes INTEGER,
            conflicts INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
        CREATE INDEX offices_code ON offices(code) WHERE code IS NOT NULL;

        CREATE TABLE procedures(
            key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
            code TEXT, name TEXT, field TEXT, fee_vnd INTEGER, processing_days INTEGER,
            details TEXT,
            conflicts INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
        CREATE INDEX procedures_code ON procedures(code) WHERE code IS NOT NULL;

        CREATE TABLE holidays(
            key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
            date TEXT, name TEXT,
            conflicts INTEGER NOT NULL, state BLOB NOT NULL) STRICT;

        CREATE TABLE changes(
            position INTEGER PRIMARY KEY, form INTEGER NOT NULL,
            replica INTEGER NOT NULL, seq INTEGER NOT NULL,
            kind INTEGER NOT NULL, record INTEGER NOT NULL, made INTEGER NOT NULL,
            hash BLOB, bytes BLOB, arrived INTEGER NOT NULL) STRICT;
        CREATE UNIQUE INDEX changes_dot ON changes(replica, seq) WHERE form < 3;
        CREATE INDEX changes_record ON changes(kind, record);

        CREATE TABLE digests(
            scope INTEGER NOT NULL, bucket INTEGER NOT NULL,
            sum BLOB NOT NULL, records INTEGER NOT NULL,
            PRIMARY KEY (scope, bucket)) STRICT, WITHOUT ROWID;
        """

    static let counter = """
        CREATE TABLE identity(
            only INTEGER PRIMARY KEY CHECK (only = 1),
            state TEXT NOT NULL, central_url TEXT NOT NULL, signing_seed BLOB NOT NULL,
            replica INTEGER, desk INTEGER, office TEXT, token TEXT,
            seq INTEGER NOT NULL, hash BLOB NOT NULL, clock INTEGER NOT NULL,
            pushed_seq INTEGER NOT NULL,
            cursor_position INTEGER, cursor_hash BLOB, resume_mark BLOB,
            last_exchange INTEGER, last_complete INTEGER, last_outcome TEXT,
            next_seed BLOB) STRICT;
        CREATE TABLE rotations(
            at INTEGER NOT NULL, old INTEGER NOT NULL, new INTEGER NOT NULL UNIQUE,
            kept_seq INTEGER NOT NULL, reissued INTEGER NOT NULL) STRICT;
        CREATE TABLE refused(
            replica INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL, record BLOB NOT NULL,
            code TEXT NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL,
            refused_at INTEGER NOT NULL,
            PRIMARY KEY (replica, seq)) STRICT;
        CREATE TABLE gaps(
            record BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        """

    static let counterEpoch = """
        ALTER TABLE identity ADD COLUMN epoch INTEGER;
        ALTER TABLE identity ADD COLUMN acknowledged_seq INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE identity ADD COLUMN push_limit INTEGER;
        ALTER TABLE identity ADD COLUMN copies_given_in INTEGER;
        UPDATE identity SET acknowledged_seq = pushed_seq;
        ALTER TABLE rotations ADD COLUMN cause TEXT NOT NULL DEFAULT 'copied';
        """

    static let counterLink = """
        ALTER TABLE identity ADD COLUMN chunk_bytes INTEGER;
        ALTER TABLE identity ADD COLUMN bytes_per_second INTEGER;
        ALTER TABLE identity ADD COLUMN dictionary INTEGER;
        """

    static let central = """
        CREATE TABLE feed(
            scope INTEGER NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY (scope, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE commits(
            last INTEGER PRIMARY KEY, hash BLOB NOT NULL, at INTEGER NOT NULL) STRICT;
        CREATE TABLE devices(
            replica INTEGER PRIMARY KEY, office TEXT NOT NULL, desk INTEGER NOT NULL,
            name TEXT NOT NULL, public_key BLOB NOT NULL, token_hash BLOB NOT NULL UNIQUE,
            state TEXT NOT NULL, enrolled_at INTEGER NOT NULL,
            seq INTEGER NOT NULL, hash BLOB NOT NULL,
            last_exchange INTEGER, last_complete INTEGER, cursor_position INTEGER,
            pending INTEGER, skew_milliseconds INTEGER, refused INTEGER NOT NULL,
            sync_requested INTEGER NOT NULL, copy_of INTEGER,
            UNIQUE (office, desk)) STRICT;
        CREATE TABLE enrolment_codes(
            hash BLOB PRIMARY KEY, office TEXT NOT NULL, expires INTEGER NOT NULL,
            public_key BLOB, replica INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE refusals(
            replica INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL,
            record BLOB NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (replica, seq)) STRICT, WITHOUT ROWID;
        """

    static let centralEpochs = """
        CREATE TABLE epochs(
            number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL UNIQUE, began INTEGER,
            cause TEXT NOT NULL, noticed_by INTEGER,
            is_recovering INTEGER NOT NULL, records_recovered INTEGER NOT NULL) STRICT;
        INSERT INTO epochs(epoch, cause, is_recovering, records_recovered)
            VALUES (random() & 9223372036854775807, 'made', 0, 0);
        ALTER TABLE devices ADD COLUMN epoch INTEGER;
        """
}
