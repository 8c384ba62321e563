PRAGMA user_version = 0;
PRAGMA application_id = 0;
BEGIN TRANSACTION;
CREATE TABLE decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL REFERENCES message(number),
    decision TEXT NOT NULL, decided_by TEXT NOT NULL, decided_on TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
INSERT INTO "decision" VALUES(1,1,'refused','sara','2026-11-24','a flood');
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, received_on TEXT NOT NULL, sender TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "message" VALUES(1,'wrong','2026-11-24','','{"service":"00000000-0000-0000-0000-000000000001","what":"closed"}');
INSERT INTO "message" VALUES(2,'capacity','2026-11-24','gul','{"service":"00000000-0000-0000-0000-000000000001","room":"full","until":"2026-12-01"}');
INSERT INTO "message" VALUES(3,'missing','2026-11-24','','{"need":"lawyer","area_unit":"XT-W1","who":"unknown","why":"none_known"}');
INSERT INTO "message" VALUES(4,'referral','2026-11-24','case','{"number":"R1","service":"00000000-0000-0000-0000-000000000001","service_type":"LEG-INF","month":"2026-11"}');
INSERT INTO "message" VALUES(5,'draft','2026-11-24','gul','{"entity":"service","record":"00000000-0000-0000-0000-000000000001","fields":{"description":"Mornings"}}');
CREATE INDEX message_kind ON message (kind, number);
CREATE TRIGGER no_change BEFORE UPDATE ON message BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER no_removal BEFORE DELETE ON message BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER no_other_decision BEFORE UPDATE ON decision BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER no_lost_decision BEFORE DELETE ON decision BEGIN SELECT raise(ABORT, 'append-only'); END;
COMMIT;
