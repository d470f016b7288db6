-- A closed log whose retention has ended is dropped. From the moment it stands here, its leaves, tiles and checkpoints may go, but
-- for these: its first leaf, the last leaf under its last checkpoint, each with its proof in that checkpoint, and what `lasting`
-- names. `swept`: the rest is gone.
CREATE TABLE lasting (
  log INTEGER NOT NULL REFERENCES log (id),
  size INTEGER NOT NULL,
  PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER lasting_is_final BEFORE UPDATE ON lasting BEGIN SELECT RAISE(ABORT, 'what lasts is never changed'); END;
CREATE TRIGGER lasting_stays BEFORE DELETE ON lasting BEGIN SELECT RAISE(ABORT, 'what lasts is never deleted'); END;

CREATE TABLE dropped (
  log INTEGER PRIMARY KEY REFERENCES log (id),
  opening INTEGER NOT NULL,
  closing INTEGER NOT NULL,
  opening_proof BLOB NOT NULL CHECK (length(opening_proof) % 32 = 0),
  closing_proof BLOB NOT NULL CHECK (length(closing_proof) % 32 = 0),
  why TEXT NOT NULL,
  at INTEGER NOT NULL,
  swept INTEGER NOT NULL DEFAULT 0 CHECK (swept IN (0, 1))
) STRICT;
CREATE TRIGGER dropped_is_closed BEFORE INSERT ON dropped
WHEN NEW.log >= (SELECT max(id) FROM log) OR NEW.swept = 1
  OR NEW.opening IS NOT (SELECT first FROM log WHERE id = NEW.log)
  OR NEW.closing IS NOT NEW.opening + (SELECT max(size) FROM checkpoint WHERE log = NEW.log) - 1
  OR NOT EXISTS (SELECT 1 FROM lasting WHERE log = NEW.log AND size = NEW.closing - NEW.opening + 1)
BEGIN SELECT RAISE(ABORT, 'only a closed log is dropped, and its last checkpoint stays'); END;
CREATE TRIGGER dropped_is_final BEFORE UPDATE ON dropped
WHEN OLD.swept = 1 OR NEW.swept = 0 OR NEW.log IS NOT OLD.log OR NEW.opening IS NOT OLD.opening
  OR NEW.closing IS NOT OLD.closing OR NEW.opening_proof IS NOT OLD.opening_proof
  OR NEW.closing_proof IS NOT OLD.closing_proof OR NEW.why IS NOT OLD.why OR NEW.at IS NOT OLD.at
BEGIN SELECT RAISE(ABORT, 'a dropped log stays so'); END;
CREATE TRIGGER dropped_stays BEFORE DELETE ON dropped BEGIN SELECT RAISE(ABORT, 'a dropped log stays so'); END;

DROP TRIGGER leaf_stays;
CREATE TRIGGER leaf_stays BEFORE DELETE ON leaf
WHEN NOT EXISTS (
  SELECT 1 FROM dropped
  WHERE log = (SELECT id FROM log WHERE first <= OLD.seq ORDER BY first DESC LIMIT 1) AND OLD.seq NOT IN (opening, closing)
)
BEGIN SELECT RAISE(ABORT, 'a leaf is never deleted'); END;

DROP TRIGGER tile_stays;
CREATE TRIGGER tile_stays BEFORE DELETE ON tile WHEN NOT EXISTS (SELECT 1 FROM dropped WHERE log = OLD.log)
BEGIN SELECT RAISE(ABORT, 'a tile is never deleted'); END;

DROP TRIGGER checkpoint_stays;
CREATE TRIGGER checkpoint_stays BEFORE DELETE ON checkpoint
WHEN NOT EXISTS (SELECT 1 FROM dropped WHERE log = OLD.log)
  OR EXISTS (SELECT 1 FROM lasting WHERE log = OLD.log AND size = OLD.size)
BEGIN SELECT RAISE(ABORT, 'a checkpoint is never deleted'); END;

DROP TRIGGER anchor_stays;
CREATE TRIGGER anchor_stays BEFORE DELETE ON anchor
WHEN NOT EXISTS (SELECT 1 FROM dropped WHERE log = OLD.log)
  OR EXISTS (SELECT 1 FROM lasting WHERE log = OLD.log AND size = OLD.size)
BEGIN SELECT RAISE(ABORT, 'an anchor is never deleted'); END;
