// The columns of devices that tell of their enrolment.

enum EnrolmentSchema {
    /// Former files know only which identity came from which.
    static let central = """
        ALTER TABLE devices ADD COLUMN enrolment INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN cause TEXT;
        ALTER TABLE devices ADD COLUMN born_epoch INTEGER;
        ALTER TABLE devices ADD COLUMN revoked_at INTEGER;
        UPDATE devices SET born_epoch = (
            SELECT e.epoch FROM epochs AS e
            WHERE e.began IS NULL OR e.began <= devices.enrolled_at
            ORDER BY e.number DESC LIMIT 1);
        UPDATE devices SET cause = CASE
            WHEN born_epoch = (SELECT o.born_epoch FROM devices AS o
                WHERE o.replica = devices.copy_of) THEN 'forked' ELSE 'newEpoch' END
            WHERE copy_of IS NOT NULL;
        UPDATE devices SET enrolment = coalesce((
            WITH RECURSIVE line(replica, before) AS (
                SELECT devices.replica, devices.copy_of
                UNION
                SELECT d.replica, d.copy_of FROM devices AS d JOIN line ON d.replica = line.before)
            SELECT line.replica FROM line
            WHERE line.before IS NULL OR line.before NOT IN (SELECT replica FROM devices)), replica);
        CREATE INDEX devices_enrolment ON devices(enrolment);
        """
}
