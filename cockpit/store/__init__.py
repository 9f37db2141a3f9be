"""What a seat and a hub keep on disk, in SQLite.

`cache.Cache` is the last known picture, bodies and meta; `files` opens the file whatever state it is in; `schema` its
tables; `rows` between columns and SQL; `queue` and `writer` the thread that writes; `readers` the pool that reads;
`search` the full-text index that finds words of two characters.
"""
