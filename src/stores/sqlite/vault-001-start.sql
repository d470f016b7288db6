-- The erasable side of leaves. In a file of its own, so that backups of it can be short-lived.
CREATE TABLE vault (
  id TEXT PRIMARY KEY,
  key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_expiry ON vault (expires_at);
