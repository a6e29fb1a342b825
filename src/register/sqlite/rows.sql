-- A row of a job, by parts of the register and in them by parts of both names: a batch touches only the newest few pages of
-- the index. That a row is issued once is looked up by the whole names before its number is reserved.
CREATE INDEX entries_row ON entries (seq >> 14, substr(job, 12, 4), substr(row_key, -8));

-- Of each part that is full: which rows it may have. Made from the index, with the commit that fills the part.
CREATE TABLE row_filters (
    part INTEGER PRIMARY KEY,
    sum  INTEGER NOT NULL,
    bits BLOB NOT NULL
) STRICT;
