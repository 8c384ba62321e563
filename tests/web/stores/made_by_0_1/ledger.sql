PRAGMA user_version = 0;
PRAGMA application_id = 0;
BEGIN TRANSACTION;
CREATE TABLE line (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    reason TEXT NOT NULL, seal TEXT NOT NULL
) STRICT;
INSERT INTO "line" VALUES(1,'2026-11-24T09:00:00+00:00','sara','sign_in','','','7296ec50dd0d2642939d6af6eef8fad91baf019be71dbb6cc78a714538aae6a6');
INSERT INTO "line" VALUES(2,'2026-11-24T09:00:00+00:00','sara','edited','1','call','0652850db06e83c418e1edf90d91f4ab5d086bf1b6cdd06a8a6f8904e6d3bd85');
CREATE TRIGGER no_change BEFORE UPDATE ON line BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER no_removal BEFORE DELETE ON line BEGIN SELECT raise(ABORT, 'append-only'); END;
COMMIT;
