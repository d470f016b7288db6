-- What a row belongs to, the leaf that it opens, and the tags under which that leaf is found (16 bytes each, joined).
ALTER TABLE vault ADD COLUMN kind TEXT NOT NULL DEFAULT 'disclosure';
ALTER TABLE vault ADD COLUMN leaf INTEGER NOT NULL DEFAULT -1;
ALTER TABLE vault ADD COLUMN tags BLOB NOT NULL DEFAULT x'';
DROP INDEX vault_expiry;
CREATE INDEX vault_due ON vault (kind, expires_at);

-- Keyed tags to leaves. They go with their row, and mean nothing without the key of their month, which is kept apart.
CREATE TABLE lookup (
  tag BLOB NOT NULL,
  leaf INTEGER NOT NULL,
  PRIMARY KEY (tag, leaf)
) STRICT, WITHOUT ROWID;
