-- What is registered. `record` is the row as it was committed to; the columns below it are read from it.
CREATE TABLE entries (
    seq      INTEGER PRIMARY KEY CHECK (seq > 0),
    record   TEXT NOT NULL,
    job      TEXT NOT NULL,
    row_key  TEXT NOT NULL,
    input    TEXT NOT NULL,
    book     TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.book') VIRTUAL,
    series   TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.series') VIRTUAL,
    year     INTEGER NOT NULL GENERATED ALWAYS AS (record ->> '$.year') VIRTUAL,
    number   INTEGER NOT NULL GENERATED ALWAYS AS (record ->> '$.number') VIRTUAL,
    date     TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.date') VIRTUAL,
    notation TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.fields.notation') VIRTUAL,
    subject  TEXT GENERATED ALWAYS AS (record ->> '$.fields.subject') VIRTUAL,
    UNIQUE (book, series, year, number)
) STRICT;

-- Điều 15 khoản 1: số và ký hiệu are unique in the year.
CREATE UNIQUE INDEX entries_code ON entries (notation, number, year) WHERE book = 'outgoing';

-- What the sender calls an incoming document: the same code from the same organ comes only once.
CREATE INDEX entries_sender ON entries (record ->> '$.fields.extra.code') WHERE book = 'incoming';

CREATE TRIGGER entries_stay BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'a registered entry is never deleted'); END;
CREATE TRIGGER entries_keep BEFORE UPDATE OF seq, record, job, row_key ON entries
BEGIN SELECT RAISE(ABORT, 'a registered entry is never changed'); END;
