/** Findings of carving and of the scan of bytes without a name. */
import type { FindingKind } from "./findings.ts";

export const carvingFindings = {
  "carving/truncated": {
    severity: "anomaly",
    text: "It was found by its form and begins soundly; its end is cut off or damaged.",
    advice: "Show what there is of it; other parts may lie elsewhere on the medium.",
  },
  "carving/fragment": {
    severity: "note",
    text: "It is a sound part of a larger whole that has no beginning of its own here.",
    advice: "Look for the whole among the other items.",
  },
  "carving/in-pieces": {
    severity: "anomaly",
    text: "It was put together from {pieces} pieces that lie apart; checksums or a decoder say that they fit.",
    advice: "Look at the whole before you rely on it.",
  },
  "carving/damaged-inside": {
    severity: "anomaly",
    text: "Its structure ({kind}) holds to the end, but what lies at {offset} does not agree with its checksum or with the rest.",
    advice: "Read the parts before that place; what lies behind it may be sound as well.",
  },
  "carving/pictures-appended": {
    severity: "note",
    text: "{pictures} more pictures that belong to it stand behind the first one, named in its index.",
    advice: "They are other views, a gain map or previews; most programs show the first picture only.",
  },
  "carving/film-appended": {
    severity: "note",
    text: "The film of a motion photo stands behind the picture.",
    advice: "Most programs show the picture only; play the part behind it as MP4.",
  },
  "carving/scan-not-decoded": {
    severity: "note",
    text: "Its picture data have a coding that was followed by its markers only.",
    advice: "Look at the picture: data of another file in its middle would not be noticed.",
  },
  "carving/sqlite-rows": {
    severity: "note",
    text: "The page of a SQLite table holds {rows} rows in use and {freed} in its free space.",
    advice: "The table's name and columns stand in the database that it belonged to; compare the rows with it.",
  },
} as const satisfies Record<string, FindingKind>;
