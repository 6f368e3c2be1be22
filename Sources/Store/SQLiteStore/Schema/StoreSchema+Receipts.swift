extension StoreSchema {
    static let counterReceipts = """
        CREATE TABLE receipts(
            number INTEGER PRIMARY KEY, began INTEGER NOT NULL, ended INTEGER NOT NULL,
            outcome TEXT, times INTEGER NOT NULL, replica INTEGER NOT NULL, former INTEGER,
            epoch INTEGER, durable_before INTEGER NOT NULL, durable INTEGER NOT NULL,
            durable_hash BLOB NOT NULL, pushed INTEGER NOT NULL, accepted INTEGER NOT NULL,
            refused INTEGER NOT NULL, pending INTEGER NOT NULL, pulled INTEGER NOT NULL,
            exchanges INTEGER NOT NULL, bytes_sent INTEGER NOT NULL,
            bytes_received INTEGER NOT NULL, central_time INTEGER, skew_milliseconds INTEGER,
            digest BLOB, central_digest BLOB, failure TEXT) STRICT;
        """

    static let centralReceipts = """
        CREATE TABLE receipts(
            number INTEGER PRIMARY KEY, device INTEGER NOT NULL,
            began INTEGER NOT NULL, ended INTEGER NOT NULL, times INTEGER NOT NULL,
            is_open INTEGER NOT NULL, epoch INTEGER NOT NULL,
            durable_before INTEGER NOT NULL, durable INTEGER NOT NULL,
            durable_hash BLOB NOT NULL, refused INTEGER NOT NULL, pending INTEGER NOT NULL,
            sent INTEGER NOT NULL, remaining INTEGER NOT NULL, exchanges INTEGER NOT NULL,
            unconfirmed INTEGER NOT NULL, place BLOB NOT NULL, position INTEGER,
            asked BLOB NOT NULL, skew_milliseconds INTEGER, digest BLOB) STRICT;
        CREATE INDEX receipts_device ON receipts(device, number);
        """

    /// When all of a device had come up: until now, what its receipts say.
    static let centralArrived = """
        ALTER TABLE devices ADD COLUMN last_arrived INTEGER;
        UPDATE devices SET last_arrived = (SELECT max(ended) FROM receipts
            WHERE device = devices.replica AND pending = 0);
        UPDATE devices SET last_arrived = last_complete
            WHERE last_complete > coalesce(last_arrived, 0);
        """
}
