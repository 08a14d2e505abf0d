/** Tables of what is said twice, for quick answers; see derived.ts. */

export const derivedTables = `
-- Properties of items in the order of hits, 65,536 items in a row; see columns.ts. Numbers are little-endian.
CREATE TABLE item_column (
  name TEXT NOT NULL, chunk INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (name, chunk)
) WITHOUT ROWID;

-- Contents that have a value in common: sorted numbers of 32 bits, little-endian.
CREATE TABLE content_group (
  name TEXT NOT NULL, value TEXT NOT NULL, contents BLOB NOT NULL,
  PRIMARY KEY (name, value)
) WITHOUT ROWID;
`;
