-- The register of one office. Any SQLite tool may read it; nobody but vanthu should write to it.

-- What batches were run.
CREATE TABLE jobs (
    id       TEXT PRIMARY KEY,
    title    TEXT NOT NULL,
    begun_at TEXT NOT NULL
) STRICT;

-- Inputs that documents were made from, stored once under their SHA-256.
CREATE TABLE blobs (
    id       INTEGER PRIMARY KEY,
    sha256   BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    size     INTEGER NOT NULL,
    deflated BLOB NOT NULL
) STRICT;

-- Where each year of each series began: the last number used on paper before it, 0 for none.
CREATE TABLE series (
    book        TEXT NOT NULL,
    series      TEXT NOT NULL,
    year        INTEGER NOT NULL,
    start_after INTEGER NOT NULL CHECK (start_after >= 0),
    PRIMARY KEY (book, series, year)
) STRICT, WITHOUT ROWID;

-- Where the files of an entry or an act are kept.
CREATE TABLE files (
    seq     INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    year    INTEGER NOT NULL,
    bag     INTEGER NOT NULL,
    path    TEXT NOT NULL,
    sha256  BLOB NOT NULL CHECK (length(sha256) = 32),
    size    INTEGER NOT NULL CHECK (size >= 0),
    parts   BLOB CHECK (parts IS NULL OR length(parts) = 32),
    PRIMARY KEY (seq, ordinal),
    UNIQUE (year, bag, path)
) STRICT, WITHOUT ROWID;
-- By parts of the register, so that a digest is entered beside those of its time and not all over the index.
CREATE INDEX files_digest ON files (seq >> 14, substr(sha256, 1, 8));

-- What happened later: sent, attached, answered, voided, verified … Positions are shared with the entries.
CREATE TABLE acts (
    seq    INTEGER PRIMARY KEY CHECK (seq > 0),
    record TEXT NOT NULL,
    kind   TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.kind') VIRTUAL,
    about  INTEGER GENERATED ALWAYS AS (record ->> '$.about') VIRTUAL,
    date   TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.date') VIRTUAL
) STRICT;
CREATE INDEX acts_about ON acts (about, seq) WHERE about IS NOT NULL;
CREATE INDEX acts_by ON acts (record ->> '$.data.by', seq) WHERE record ->> '$.data.by' IS NOT NULL;
CREATE INDEX acts_kind ON acts (kind, seq);

-- What the office commits to for each position, verbatim. The salt may be erased, the leaf never.
CREATE TABLE leaves (
    seq  INTEGER PRIMARY KEY CHECK (seq > 0),
    leaf BLOB NOT NULL,
    salt BLOB CHECK (salt IS NULL OR length(salt) = 16)
) STRICT;

-- A number once given stays given. These stop accidents, not attackers: the leaves do that.
CREATE TRIGGER acts_stay BEFORE DELETE ON acts
BEGIN SELECT RAISE(ABORT, 'a registered act is never deleted'); END;
CREATE TRIGGER acts_keep BEFORE UPDATE ON acts
BEGIN SELECT RAISE(ABORT, 'a registered act is never changed'); END;
CREATE TRIGGER leaves_stay BEFORE DELETE ON leaves
BEGIN SELECT RAISE(ABORT, 'a leaf is never deleted'); END;
CREATE TRIGGER leaves_keep BEFORE UPDATE OF seq, leaf ON leaves
BEGIN SELECT RAISE(ABORT, 'a leaf is never changed'); END;
