-- A log begins at a leaf of the store and ends where the next one begins; the newest grows. Tiles and checkpoints belong to their
-- log and count from its beginning.
CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  first INTEGER NOT NULL UNIQUE
) STRICT;
INSERT INTO log (id, first) VALUES (1, 0);

DROP TRIGGER tile_is_final;
DROP TRIGGER tile_stays;
ALTER TABLE tile RENAME TO tile_before;
CREATE TABLE tile (
  log INTEGER NOT NULL REFERENCES log (id),
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (log, level, idx)
) STRICT;
INSERT INTO tile (log, level, idx, hashes) SELECT 1, level, idx, hashes FROM tile_before;
DROP TABLE tile_before;

DROP TRIGGER checkpoint_is_final;
DROP TRIGGER checkpoint_stays;
ALTER TABLE checkpoint RENAME TO checkpoint_before;
CREATE TABLE checkpoint (
  log INTEGER NOT NULL REFERENCES log (id),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  vkey TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (log, size)
) STRICT;
INSERT INTO checkpoint (log, size, root, note, vkey, at) SELECT 1, size, root, note, vkey, at FROM checkpoint_before;
DROP TABLE checkpoint_before;

CREATE TRIGGER log_is_final BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'a log is never changed'); END;
CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'a log is never deleted'); END;
CREATE TRIGGER tile_is_final BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'a tile is never changed'); END;
CREATE TRIGGER tile_stays BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'a tile is never deleted'); END;
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a checkpoint is never changed'); END;
CREATE TRIGGER checkpoint_stays BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a checkpoint is never deleted'); END;

-- What witnesses have said of our own checkpoints.
CREATE TABLE cosignature (
  log INTEGER NOT NULL REFERENCES log (id),
  size INTEGER NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (log, witness, size)
) STRICT, WITHOUT ROWID;

-- Our memory as a witness: the newest head of each log of a peer that we have cosigned.
CREATE TABLE peer_log (
  origin TEXT PRIMARY KEY,
  peer TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER peer_log_stays BEFORE DELETE ON peer_log BEGIN SELECT RAISE(ABORT, 'what a witness has seen stays'); END;
CREATE TRIGGER peer_log_grows BEFORE UPDATE ON peer_log WHEN NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;

-- Notes that contradict each other, both whole.
CREATE TABLE peer_conflict (
  row INTEGER PRIMARY KEY,
  origin TEXT NOT NULL,
  peer TEXT NOT NULL,
  size INTEGER NOT NULL,
  why TEXT NOT NULL CHECK (why IN ('same-size', 'proof')),
  note TEXT NOT NULL UNIQUE,
  was TEXT NOT NULL,
  at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;
CREATE TRIGGER peer_conflict_is_final BEFORE UPDATE OF row, origin, peer, size, why, note, was, at ON peer_conflict
BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER peer_conflict_stays BEFORE DELETE ON peer_conflict
BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;
