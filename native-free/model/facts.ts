/** What a container, a volume system or a file system says of itself: a name from this list with a value of the evidence. */

/** Label by name; lower-case English terms of the field, shown as they are. */
export const factNames = {
  version: "format version",
  creator: "written by",
  "creator-platform": "written on",
  created: "created",
  modified: "modified",
  acquired: "acquired",
  "system-date": "clock of the writer",
  "case-number": "case number",
  "evidence-number": "evidence number",
  examiner: "examiner",
  description: "description",
  notes: "notes",
  model: "model",
  serial: "serial number",
  label: "label",
  uuid: "identifier",
  "parent-uuid": "identifier of the parent",
  "state-uuid": "identifier of the state",
  "parent-state-uuid": "identifier of the state of the parent",
  "content-uuid": "identifier of the state of the content",
  "physical-sector-bytes": "bytes of a physical sector",
  parent: "parent",
  "parent-date": "date of the parent",
  "parent-format": "format of the parent",
  "parent-modified": "last change of the parent",
  "data-file": "file of the content",
  kind: "kind",
  "media-kind": "kind of medium",
  compression: "compression",
  encryption: "encryption",
  "key-slots": "keys and their protection",
  hint: "hint",
  "set-uuid": "identifier of the set",
  "set-name": "name of the set",
  "block-bytes": "bytes of a block",
  geometry: "geometry",
  snapshot: "snapshot",
  "volume-group": "volume group",
  members: "members",
  partition: "partition",
  adapter: "disk adapter",
  "hardware-version": "version of the virtual hardware",
  clean: "closed properly",
  track: "track",
  features: "features",
  "free-blocks": "free blocks",
  "used-blocks": "used blocks",
  password: "hash of a password",
  "write-blocker": "write blocker",
  "error-granularity": "sectors given up at an error",
  process: "process",
  "memory-extents": "extents of memory",
  "hpa-sectors": "sectors of the host protected area",
  "dco-sectors": "sectors hidden by configuration overlay",
  files: "files",
  folders: "folders",
  "content-bytes": "bytes of the files",
} as const satisfies Record<string, string>;

export type FactName = keyof typeof factNames;

/** Text values are evidence text: escaped where they are shown. Times are ISO 8601 in UTC, or as the source writes them. */
export interface Fact {
  readonly name: FactName;
  readonly value: string | number;
}

/** Facts without those that are not known: null, undefined and "". */
export function factsOf(values: Partial<Record<FactName, string | number | null | undefined>>): Fact[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [{ name: name as FactName, value }],
  );
}
