-- The shapes of past traffic, by the digest of their text. Documents of one shape are counted in one row.
CREATE TABLE shape (
  digest TEXT PRIMARY KEY,
  agreement TEXT NOT NULL,
  revision INTEGER NOT NULL,
  resource TEXT NOT NULL,
  purpose TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX shape_seen ON shape (last_day);
