-- What others have said of our checkpoints: time stamps.
CREATE TABLE anchor (
  log INTEGER NOT NULL REFERENCES log (id),
  size INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('rfc3161')),
  token BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (log, size, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER anchor_is_final BEFORE UPDATE ON anchor BEGIN SELECT RAISE(ABORT, 'an anchor is never changed'); END;
CREATE TRIGGER anchor_stays BEFORE DELETE ON anchor BEGIN SELECT RAISE(ABORT, 'an anchor is never deleted'); END;
