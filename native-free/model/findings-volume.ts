/** Findings of partition tables, disk labels and logical volumes (`native-free/volumes`). */
import type { FindingKind } from "./findings.ts";

/** Of every volume system. */
const layoutFindings = {
  "volume/overlap": {
    severity: "anomaly",
    text: "The volumes {first} and {second} both claim {bytes} bytes.",
    advice: "At most one of them can be right; look at both, and at the dates inside.",
  },
  "volume/over-table": {
    severity: "anomaly",
    text: "The volume {volume} claims bytes of the table itself ({table}).",
    advice: "Usual on hybrid discs; elsewhere the table is damaged or forged.",
  },
  "volume/outside-medium": {
    severity: "loss",
    text: "The volume {volume} reaches {bytes} bytes beyond the end of the medium.",
    advice: "The image is cut off, the table damaged, or a part of the medium is hidden (HPA, DCO): compare the sizes.",
  },
  "volume/table-unreadable": {
    severity: "loss",
    text: "{bytes} bytes of the table could not be read ({table}).",
    advice: "There may be more volumes than are listed; look at the gaps.",
  },
  "volume/more-of-them": {
    severity: "note",
    text: "{count} further findings of the kind {code} are not listed.",
    advice: "The table is damaged throughout; nothing else of it was left out.",
  },
  "volume/entry-odd": {
    severity: "anomaly",
    text: "The entry {entry} of the table does not hold ({problem}).",
    advice: "What it says was used as far as it can be; look at its place by hand.",
  },
  "volume/sector-size": {
    severity: "note",
    text: "The table counts in sectors of {bytes} bytes, not in those of {expected} bytes that the image or the caller states.",
    advice: "Nothing is lost: usual where a medium was imaged through another adapter.",
  },
  "volume/two-schemes": {
    severity: "note",
    text: "The medium has tables of two kinds; {used} was used, {other} is there too and lists {volumes} volumes.",
    advice: "Usual on hybrid discs; elsewhere one is left from an earlier use: look at the gaps.",
  },
  "volume/also-file-system": {
    severity: "note",
    text: "Besides the table, something else begins at the first byte ({kind}).",
    advice: "Usual on hybrid discs; elsewhere it is left from an earlier use.",
  },
  "volume/scheme-not-read": {
    severity: "loss",
    text: "The medium is divided by a table of the kind {scheme}, which is recognised and not read.",
    advice: "Its volumes are in the gap that covers it; carve it or use a program of that system.",
  },
} as const satisfies Record<string, FindingKind>;

const mbrFindings = {
  "volume/chain-loop": {
    severity: "anomaly",
    text: "The chain of logical volumes leads back to the sector {sector}.",
    advice: "No program writes that; volumes behind it may be hidden: look at the gaps.",
  },
  "volume/chain-broken": {
    severity: "loss",
    text: "A link of the chain of logical volumes is not there or has no signature (sector {sector}).",
    advice: "Further logical volumes may exist; look at the gaps in the extended partition.",
  },
  "volume/chain-leaves": {
    severity: "anomaly",
    text: "The chain of logical volumes leaves its extended partition ({what} at sector {sector}).",
    advice: "It was followed; the table is damaged or forged.",
  },
  "volume/chain-long": {
    severity: "loss",
    text: "The chain of logical volumes has more than {links} links; it was followed no further.",
    advice: "No program writes that; look at the gaps.",
  },
  "volume/empty-table": {
    severity: "note",
    text: "The boot record has no entries.",
    advice: "The medium was never divided, or its table was erased: look at the gap for file systems.",
  },
  "volume/gpt-lost": {
    severity: "anomaly",
    text: "The boot record protects a GUID partition table that is at neither end of the medium.",
    advice: "The table was erased or the image is cut off: look at the gaps for file systems.",
  },
} as const satisfies Record<string, FindingKind>;

const gptFindings = {
  "volume/gpt-header-damaged": {
    severity: "anomaly",
    text: "The {which} header or its entries are damaged ({problem}).",
    advice: "Where the other copy is intact, that was used; nothing is lost then.",
  },
  "volume/gpt-copy-used": {
    severity: "anomaly",
    text: "The primary table could not be used; the volumes are those of the backup.",
    advice: "Compare with the gaps: the backup may be older than the medium's last change.",
  },
  "volume/gpt-backup-missing": {
    severity: "anomaly",
    text: "The backup table is not where it should be (sector {sector}).",
    advice: "The image is cut off, the medium was copied to a larger one, or the backup was erased: compare the sizes.",
  },
  "volume/gpt-backup-place": {
    severity: "note",
    text: "The backup table stands at sector {sector}, the last sector is {last}.",
    advice: "Usual after a copy to a larger medium; what lies behind it is a gap.",
  },
  "volume/gpt-differ": {
    severity: "anomaly",
    text: "The primary and the backup table are both intact and differ in {field}.",
    advice: "Programs keep them equal. One may be older: look at both, and ask who changed the medium.",
  },
  "volume/gpt-entries-differ": {
    severity: "anomaly",
    text: "The primary and the backup table are both intact and differ in {count} entries, the first of them {entry}.",
    advice: "The primary was used. Look at the gaps for the volumes that only the backup names.",
  },
  "volume/gpt-outside-usable": {
    severity: "anomaly",
    text: "The volume {volume} lies outside of the sectors that the header declares usable.",
    advice: "Programs refuse that; look at what it holds.",
  },
  "volume/gpt-identifier-twice": {
    severity: "anomaly",
    text: "The volumes {first} and {second} have the same unique identifier.",
    advice: "A copied entry; identifiers in logs may mean either.",
  },
  "volume/gpt-no-protection": {
    severity: "anomaly",
    text: "The boot record does not protect the GUID partition table ({problem}).",
    advice: "Some systems will use the boot record instead: its own volumes are listed too.",
  },
  "volume/gpt-many": {
    severity: "loss",
    text: "The table has {more} entries beside the {listed} that are listed.",
    advice: "No program writes so many: the table is damaged or forged. What they claim is in the gaps.",
  },
  "volume/hybrid": {
    severity: "note",
    text: "The boot record lists {volumes} volumes beside the GUID partition table, {own} of them not in it.",
    advice: "Made for systems that know only boot records; those that only it has are listed behind the others.",
  },
} as const satisfies Record<string, FindingKind>;

const labelFindings = {
  "volume/label-damaged": {
    severity: "anomaly",
    text: "The {structure} does not hold ({problem}).",
    advice: "What it says was used as far as it can be; compare with the gaps.",
  },
  "volume/label-base": {
    severity: "note",
    text: "The label counts from the begin of its disk; its volumes were placed {sectors} sectors earlier.",
    advice: "Nothing is lost; labels are written in both ways.",
  },
  "volume/label-elsewhere": {
    severity: "note",
    text: "The entry {entry} of the label names a stretch outside of what the label lies in.",
    advice: "Such entries repeat volumes of the table around it: look there.",
  },
} as const satisfies Record<string, FindingKind>;

const lvmFindings = {
  "volume/lvm-label-damaged": {
    severity: "anomaly",
    text: "The label of the physical volume does not hold ({problem}).",
    advice: "What it says was used as far as it can be; look at the gaps.",
  },
  "volume/lvm-metadata-damaged": {
    severity: "anomaly",
    text: "A metadata area of the volume group does not hold ({problem}).",
    advice: "Another area or member may have an intact copy: examine the members together.",
  },
  "volume/lvm-metadata-differ": {
    severity: "anomaly",
    text: "Copies of the metadata differ: they are numbered {first} and {second}; the higher one was used.",
    advice: "One was not written last time; a member may have been missing then.",
  },
  "volume/lvm-no-metadata": {
    severity: "note",
    text: "The physical volume carries no metadata of a volume group ({areas} areas).",
    advice: "It is in no group, or other members keep the metadata: examine the members together.",
  },
  "volume/lvm-member-missing": {
    severity: "loss",
    text: "The member {member} of the volume group is not there; what lies on it is named as missing.",
    advice: "Look for the medium with that identifier and examine the members together.",
  },
  "volume/lvm-member-twice": {
    severity: "anomaly",
    text: "Two sources claim to be the member {member}; the first was used.",
    advice: "One is a copy: find out which is the exhibit.",
  },
  "volume/lvm-type-not-read": {
    severity: "loss",
    text: "The volume {volume} is of the type {type}, which is not put together.",
    advice: "Its bytes are named as unknown; the volumes that it is made of are listed and can be read.",
  },
} as const satisfies Record<string, FindingKind>;

export const volumeFindings = {
  ...layoutFindings,
  ...mbrFindings,
  ...gptFindings,
  ...labelFindings,
  ...lvmFindings,
} as const satisfies Record<string, FindingKind>;
