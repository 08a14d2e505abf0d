/** Tables of the pass over pictures and scanned pages, which runs when all other text is there. */

export const pictureTables = `
-- One row per content that the pass has seen, also where it could do nothing: what has none is still to be done.
CREATE TABLE picture (
  content INTEGER PRIMARY KEY REFERENCES content,
  status TEXT NOT NULL, reason TEXT,   -- of the pass, not of the content
  width INTEGER, height INTEGER,       -- pixels, upright
  pages INTEGER,
  hash TEXT,                           -- perceptual hash, 16 hexadecimal digits
  ocr TEXT NOT NULL                    -- wanted, done, or why no text is recognised: off small plain unsupported failed
);
CREATE INDEX picture_wanted ON picture (content) WHERE ocr = 'wanted';

CREATE TABLE thumbnail (
  content INTEGER PRIMARY KEY REFERENCES content,
  mime TEXT NOT NULL,
  width INTEGER NOT NULL, height INTEGER NOT NULL,
  bytes BLOB NOT NULL
);

CREATE TABLE ocr_page (
  content INTEGER NOT NULL REFERENCES content,
  page INTEGER NOT NULL,               -- from 1
  language TEXT NOT NULL,              -- of the model
  script TEXT,
  confidence INTEGER NOT NULL,         -- 0 to 100, mean of the words
  low INTEGER NOT NULL,                -- 1: below the confidence that the profile asks for
  words BLOB NOT NULL,                 -- JSON [[text, confidence, left, top, width, height]], pixels of the upright page, zstd
  PRIMARY KEY (content, page)
);
CREATE INDEX ocr_low ON ocr_page (confidence, content, page) WHERE low = 1;
`;
