PRAGMA user_version = 0;
PRAGMA application_id = 0;
BEGIN TRANSACTION;
CREATE TABLE account (
    id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL,
    mail TEXT NOT NULL, password TEXT, secret TEXT, enrolled INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0, wrong INTEGER NOT NULL DEFAULT 0, locked_until TEXT,
    last_step INTEGER NOT NULL DEFAULT 0, created_on TEXT NOT NULL, created_by TEXT NOT NULL
) STRICT;
INSERT INTO "account" VALUES('354b24a7c333345c','sara','Sara','steward','ru','','$argon2id$v=19$m=65536,t=3,p=4$J4PFWP1thSRBZTzDGqoVcg$/co23MVNCRs/EI9lwZLN17grrginSrBsEpX/T9jFpmY','Q3NK3JP7FFFSQ3ZLPQ6XYG4MFSCKZFXL',1,0,0,NULL,59850360,'2026-11-24','root');
INSERT INTO "account" VALUES('87d9042ddf901611','gul','Gul','provider','en','',NULL,NULL,0,0,0,NULL,0,'2026-11-24','sara');
CREATE TABLE grants (
    account TEXT NOT NULL REFERENCES account(id), scope TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (account, scope, value)
) STRICT;
INSERT INTO "grants" VALUES('354b24a7c333345c','region','*');
CREATE TABLE link (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id), until TEXT NOT NULL
) STRICT;
INSERT INTO "link" VALUES('cd35cb3cf3c6ba66b965b47ff509e781497fe853ceee47ab2aacab389e47b567','87d9042ddf901611','2026-11-26T09:00:00+00:00');
CREATE TABLE session (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account(id), began TEXT NOT NULL, seen TEXT NOT NULL
) STRICT;
COMMIT;
