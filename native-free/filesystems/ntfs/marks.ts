/** What the survey notes of a record, a bit each. */
export const mark = {
  inUse: 1,
  directory: 2,
  continuation: 4,
  named: 8,
  /** Neither a record nor blank. */
  damaged: 16,
  torn: 32,
  /** Below $Extend, or one of the first records. */
  system: 64,
  /** Has attributes. */
  filled: 128,
  /** A file as nearly all are: `Plainness`. */
  plain: 256,
  /** Of a plain file: its value lies in the record, or in clusters of the volume, as many as it needs. */
  kept: 512,
  /** Of a plain file: it has one name, and nothing that attributes of entries are made of but the standard information. */
  bare: 1024,
} as const;
