-- The life of agreements. Acts are never changed: only when the peer was told is added to them.
CREATE TABLE agreement_act (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  peer TEXT,
  text TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  told_at INTEGER
) STRICT;

CREATE TRIGGER agreement_act_is_final BEFORE UPDATE OF row, id, peer, text, recorded_at ON agreement_act
BEGIN SELECT RAISE(ABORT, 'an act is never changed'); END;
CREATE TRIGGER agreement_act_stays BEFORE DELETE ON agreement_act
BEGIN SELECT RAISE(ABORT, 'an act is never deleted'); END;

CREATE TABLE agreement_draft (
  agreement TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  saved_by TEXT NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
