/** What every format, hash or report says of itself. README tables, `vestige formats` and test matrices derive from it. */

export type Family =
  "image" | "volume" | "filesystem" | "container" | "extractor" | "carver" | "type" | "entity" | "hash" | "report";

/** `complete`: everything the format can hold; `partial`: the named gaps in the file's header; `recognised`: named only. */
export type Level = "complete" | "partial" | "recognised";

export interface Registration {
  /** Stable string in JSON, findings and documents. */
  readonly id: string;
  readonly family: Family;
  /** For people: "Office Open XML word processing". */
  readonly name: string;
  /** Specification with section or edition. */
  readonly spec: string;
  readonly level: Level;
}
