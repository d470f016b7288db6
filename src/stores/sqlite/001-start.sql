-- The ledger. Leaves are numbered from 0 in commit order; the tree over them stops an operator, the triggers an accident.
CREATE TABLE leaf (
  seq INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

-- Full tiles only (C2SP tlog-tiles), each written once.
CREATE TABLE tile (
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  vkey TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER leaf_is_final BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is never changed'); END;
CREATE TRIGGER leaf_stays BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is never deleted'); END;
CREATE TRIGGER tile_is_final BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'a tile is never changed'); END;
CREATE TRIGGER tile_stays BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'a tile is never deleted'); END;
CREATE TRIGGER checkpoint_is_final BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a checkpoint is never changed'); END;
CREATE TRIGGER checkpoint_stays BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'a checkpoint is never deleted'); END;

-- The outbox. `line` is the sealed document; it goes when the peer has answered or its time is over.
CREATE TABLE outbox (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  peer TEXT NOT NULL,
  lane TEXT NOT NULL,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'accepted', 'refused', 'expired')),
  precedence INTEGER NOT NULL,
  released_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  settled_at INTEGER,
  system TEXT NOT NULL,
  leaf_id TEXT NOT NULL,
  receipt TEXT,
  trail TEXT NOT NULL,
  manifest TEXT NOT NULL,
  line TEXT,
  CHECK ((state = 'queued') = (line IS NOT NULL)),
  CHECK ((state = 'queued') = (settled_at IS NULL))
) STRICT;
CREATE INDEX outbox_waiting ON outbox (peer, row) WHERE state = 'queued';

-- How many rows are queued for each peer, so that nobody has to count them.
CREATE TABLE backlog (
  peer TEXT PRIMARY KEY,
  exchanges INTEGER NOT NULL CHECK (exchanges >= 0)
) STRICT, WITHOUT ROWID;

-- `settled` is the highest sequence number that the peer has answered.
CREATE TABLE lane_out (
  peer TEXT NOT NULL,
  lane TEXT NOT NULL,
  next_seq INTEGER NOT NULL,
  settled INTEGER NOT NULL,
  PRIMARY KEY (peer, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE once (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX once_expiry ON once (expires_at);

-- The inbox. Row numbers are cursors of readers, so none is given twice even after deletion.
CREATE TABLE inbox (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  peer TEXT NOT NULL,
  resource TEXT NOT NULL,
  purpose TEXT NOT NULL,
  version TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  delete_at INTEGER,
  leaf_id TEXT NOT NULL,
  about TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_resource ON inbox (resource, row);
CREATE INDEX inbox_retention ON inbox (delete_at) WHERE delete_at IS NOT NULL;

-- What was answered for each exchange ever received, by its id.
CREATE TABLE seen (
  id TEXT PRIMARY KEY,
  peer TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  receipt TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `last` is the highest sequence number that was received in a lane.
CREATE TABLE lane_in (
  peer TEXT NOT NULL,
  lane TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (peer, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_seen (
  peer TEXT NOT NULL,
  id TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (peer, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_seen_age ON batch_seen (seen_at);

CREATE TABLE agreement_revision (
  agreement TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
