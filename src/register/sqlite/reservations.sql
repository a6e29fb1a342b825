-- Numbers taken by the batch that is running now: of each series from the first to the last; empty at all other
-- times. `date` is that of the last.
CREATE TABLE reservations (
    book    TEXT NOT NULL,
    series  TEXT NOT NULL,
    year    INTEGER NOT NULL,
    first   INTEGER NOT NULL CHECK (first > 0),
    last    INTEGER NOT NULL CHECK (last >= first),
    date    TEXT NOT NULL,
    job     TEXT NOT NULL REFERENCES jobs (id),
    PRIMARY KEY (book, series, year, first)
) STRICT, WITHOUT ROWID;
