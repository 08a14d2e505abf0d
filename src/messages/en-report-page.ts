/** The words of a report. Text from case and evidence stands beside them, never in them, except where a caller escaped it. */

export const counted = (count: number, one: string, many: string) => `${grouped(count)} ${count === 1 ? one : many}`;

/** Digits in groups of three with narrow spaces: 1 234 567. */
export const grouped = (value: number) => String(value).replace(/\B(?=(?:\d{3})+$)/g, "\u202f");

/** `12.3 MB`: decimal units, three digits. */
export function byteSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return unit === 0 ? `${bytes} bytes` : `${value.toPrecision(3)} ${units[unit]}`;
}

export const demonstration = () => "DEMONSTRATION: not evidence";
export const demonstrationMeaning = () =>
  "This case was made to show the program. Its key was made without an officer; nothing in this report proves anything.";

export const headings = {
  completeness: "Completeness",
  inside: "Files found inside these files",
  why: "What was not wholly read, and why",
  undone: "What was not done",
  authority: "Authority and scope",
  operation: "The operation",
  exhibits: "Exhibits and acquisition",
  processing: "Processing",
  findings: "Findings",
  verification: "State of the case when this report was made",
  journal: "Journal of custody",
  keys: "Officers and keys",
  selfTest: "Self-test of the program",
  limitations: "Limitations",
  opinion: "Fact and opinion",
  check: "How to check this independently",
  signature: "Signature",
} as const;

export const stateNames = {
  read: "Read",
  "not-understood": "Not understood",
  partial: "Partly read",
  failed: "Failed",
  skipped: "Skipped",
  pending: "Not yet processed",
};

export const stateMeanings = {
  read: "hashed, typed and read",
  "not-understood": "hashed; its type is not known, its strings may be searchable",
  partial: "hashed; a part could not be read",
  failed: "could not be read",
  skipped: "left out by rule",
  pending: "not described yet",
};

export const columns = {
  state: "State",
  files: "Files",
  bytes: "Bytes",
  share: "Share of bytes",
  total: "Seen in all",
} as const;

/** `exhibits` counts those that were acquired; `without` are the labels of the others. */
export const lead = (files: number, bytes: number, exhibits: number, whole: number, without: readonly string[]) => {
  const seen =
    files === 0
      ? exhibits === 0
        ? "No file has been seen so far."
        : `No file has been seen in ${counted(exhibits, "acquired exhibit", "acquired exhibits")} so far.`
      : `${counted(files, "file", "files")} with ${byteSize(bytes)} ${files === 1 ? "was" : "were"} seen in ${counted(exhibits, "acquired exhibit", "acquired exhibits")}; ${
          whole === files ? "all of them were" : `${grouped(whole)} of them ${whole === 1 ? "was" : "were"}`
        } wholly read.`;
  return without.length === 0 ? seen : `${seen} Not acquired: ${without.join(", ")}.`;
};
export const stripLabel = (what: string, parts: string) => `Share of ${what}: ${parts}`;
export const stripPart = (state: string, share: string) => `${state} ${share}`;
export const sumHolds = (files: number) =>
  `The sum holds: the states add up to the ${grouped(files)} files that the signed manifests list.`;
export const sumFails = (files: number, listed: number) =>
  `THE SUM DOES NOT HOLD: the states add up to ${grouped(files)} files, the signed manifests list ${grouped(listed)}.`;
export const sumUnknown = () => "No exhibit has a signed manifest yet, so there is nothing to compare the sum with.";
export const sumOfMedia = () =>
  "These are the files that the file systems of the media list, with deleted ones as far as they are found; that no byte of the media was left out is shown by the account below.";
export const bytesDiffer = (bytes: number, listed: number) =>
  `The files now hold ${grouped(bytes)} bytes, at acquisition ${grouped(listed)} were read; the findings name the files that differ.`;
export const insideNote = () =>
  "Their bytes are unpacked bytes: they are part of the files above in another form, and are not added to them.";
export const othersNote = (parts: string) => `Besides files: ${parts}.`;
export const kindCount = (kind: string, items: number) =>
  counted(items, ...((kindNames[kind] ?? [kind, kind]) as [string, string]));
const kindNames: Readonly<Record<string, readonly [string, string]>> = {
  directory: ["folder", "folders"],
  symlink: ["symbolic link", "symbolic links"],
  special: ["special file", "special files"],
  space: ["stretch of slack or free space", "stretches of slack or free space"],
};
export const runTime = (label: string, started: string, finished: string | null, seconds: string) =>
  finished === null
    ? `Exhibit ${label} was processed from ${started}; it is not finished.`
    : `Exhibit ${label} was processed from ${started} to ${finished} (engine time ${seconds}).`;
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
export const reasons: Readonly<Record<string, string>> = {
  timeout: "took too long, twice",
  oom: "needed too much memory, twice",
  crashed: "the engine died on it, twice",
  fault: "the reader failed, a mistake of the program",
  encrypted: "encrypted",
  budget: "larger than the profile allows",
  unsupported: "the format is not supported",
  rule: "left out by a rule",
  damaged: "damaged",
  unreadable: "the system refused to read it",
  changed: "changed while or after it was acquired",
  absent: "in the manifest, no longer in the source",
  symlink: "symbolic link: recorded, never followed",
  special: "device, pipe or socket: recorded, never opened",
  mount: "another file system is mounted there",
};
export const reasonOf = (reason: string) => reasons[reason] ?? reason;
export const undoneRest = (count: number) => `${counted(count, "more", "more")} under “Limitations”.`;
export const whyNothing = () => "Everything was wholly read.";
export const seeLimitations = (count: number) =>
  `The limitations of this report, ${count} in all, are listed under “Limitations”.`;

export const labels: Readonly<Record<string, string>> = {
  number: "Case number",
  id: "Case id",
  authority: "Authority",
  scope: "Scope",
  created: "Opened",
  made: "Made",
  zone: "Zone of the machine",
  officer: "Officer",
  host: "Machine",
  tool: "Program",
  place: "Place",
  started: "Start",
  ended: "End",
  finished: "End",
  attendees: "Present",
  notices: "Notices handed over",
  objections: "Objections",
  clocks: "Clock of the source",
  commitments: "Commitments",
  inventory: "Inventory of media",
  taken: "Media taken",
  incidents: "Incidents",
  custodians: "Only of custodians",
  dates: "Only modified",
  folders: "Only below folders",
  types: "Only types",
  terms: "Only with a term",
  description: "Description",
  make: "Make",
  model: "Model",
  serial: "Serial number",
  custodian: "Custodian",
  seizedAt: "Seized on",
  seizedPlace: "Seized at",
  seizedBy: "Seized by",
  seals: "Seals",
  photos: "Photographs",
  decision: "Decision",
  reason: "Reason",
  registered: "Registered",
  kind: "Kind",
  source: "Source",
  algorithms: "Hashes of every file",
  "files.sha256": "SHA-256 of files.jsonl",
  "files.lines": "Lines of files.jsonl",
  "files.root": "Hash-tree root over the lines",
  "container.file": "Container (AFF4-L)",
  "container.size": "Bytes of the container",
  "container.sha256": "SHA-256 of the container",
  "container.urn": "Identity of the container",
  "container.contents": "Different contents in it",
  "container.duplicates": "Further occurrences of them",
  manifestHash: "Hash of the signed manifest",
  "medium.vendor": "Vendor, as the system states it",
  "medium.model": "Model, as the system states it",
  "medium.serial": "Serial number, as the system states it",
  "medium.firmware": "Firmware",
  "medium.logicalSectorBytes": "Logical sector (bytes)",
  "medium.physicalSectorBytes": "Physical sector (bytes)",
  "medium.removable": "Removable",
  "medium.readOnly": "Set read-only in the system",
  "medium.backingFile": "File behind the device",
  "medium.hiddenSectors": "Hidden sectors (HPA, DCO)",
  "medium.mounts": "Mounted at",
  sectorBytes: "Bytes of a sector",
  "image.compression": "Compression",
  "blocks.count": "Blocks of 1 MiB in the hash tree",
  "blocks.root": "Hash-tree root over the blocks",
  badSectors: "Unreadable sectors",
  badRanges: "Where",
  retriedReads: "Repeated reads",
  entries: "Entries",
  bytes: "Bytes read",
  resumedEntries: "Entries kept from an interrupted start",
  accessTimesKept: "Access times left untouched",
  "options.workers": "Threads",
  durationMs: "Engine time (ms)",
  starts: "Starts of the engine",
  deaths: "Deaths of the engine",
  lostThreads: "Lost threads",
  profileHash: "Hash of the profile",
  digest: "Digest of the result",
  "runtime.node": "Node.js",
  "runtime.platform": "Platform",
  "runtime.sqlite": "SQLite",
  "options.memoryMb": "Memory allowed (MB)",
  "options.workerMemoryMb": "Memory of a thread (MB)",
  "options.stallMs": "Time allowed for an item (ms)",
  "counts.units": "Units",
  "counts.unitsDone": "Units done",
  "counts.items": "Items",
  "counts.contents": "Different contents",
  ok: "Passed",
  checks: "Checks",
  failed: "Failed checks",
  node: "Node.js",
  openssl: "OpenSSL",
  contentHash: "Content hash",
  checkpoint: "Checkpoint",
  checkpointRoot: "Root over the entries",
  signature: "Signature (Ed25519, base64)",
  signedWith: "Signed with",
  session: "Session key",
};
export const noMounts = () => "nowhere";
export const sectorRange = (first: number, count: number) =>
  count === 1 ? `sector ${grouped(first)}` : `sectors ${grouped(first)} to ${grouped(first + count - 1)}`;
export const moreInManifest = (count: number) => `and ${grouped(count)} more in the signed manifest`;
export const notRecorded = () => "not recorded";
export const yesNo = (value: boolean) => (value ? "yes" : "no");
export const toolName = (name: string, version: string, build: string) => `${name} ${version}, build ${build}`;
export const noOperation = () => "No operation form is recorded.";
export const operationSource = (seq: number, utc: string, earlier: number) =>
  `Recorded in journal entry ${seq} on ${utc}${earlier > 0 ? `; ${counted(earlier, "earlier form", "earlier forms")} in the journal` : ""}.`;
export const scopeNone = () => "No scope rules are recorded: searches see everything within the mandate’s words above.";
export const scopeRules = () =>
  "Scope rules in force. Every search obeys them; they do not change the counts of this report.";
export const dates = (from: string | null, to: string | null) =>
  [from === null ? "" : `on or after ${from}`, to === null ? "" : `on or before ${to}`]
    .filter((part) => part !== "")
    .join(", ");
export const exhibitTitle = (label: string) => `Exhibit ${label}`;
export const acquisitionTitle = () => "Acquisition";
export const notAcquired = () => "It has not been acquired.";
export const decisions = { acquire: "to be acquired", none: "not to be acquired" } as const;
export const notProcessed = () => "It has not been processed.";
export const entriesByKind = () => "Entries by kind and status";
export const sandbox = () => "Sandbox of the engine";
export const sandboxColumns = { measure: "Measure", state: "State", how: "How, or why not" } as const;
export const enforced = (value: boolean) => (value ? "enforced" : "NOT ENFORCED");
export const probes = (refused: number, tried: number) =>
  `From inside the sandbox ${counted(tried, "forbidden act was", "forbidden acts were")} tried; ${refused === tried ? "all were refused" : `ONLY ${refused} WERE REFUSED`}.`;
export const severities: Readonly<Record<string, string>> = {
  loss: "Loss",
  anomaly: "Anomaly",
  note: "Note",
  unregistered: "Unregistered",
};
export const noFindings = () => "Nothing was found to be damaged, contradictory or odd.";
export const findingCounts = (findings: number, items: number) =>
  `${counted(findings, "finding", "findings")} in ${counted(items, "item", "items")}`;
export const findingRest = (rest: number, file: string) =>
  `${counted(rest, "more item", "more items")} of this class: all are listed in ${file}.`;
export const advice = (text: string) => `What to do: ${text}`;
export const itemsFile = (file: string, lines: number) =>
  `The complete list, ${counted(lines, "item", "items")} with every finding, is ${file}, one JSON object a line.`;
export const itemColumns = { path: "Path", finding: "Finding", status: "Status" } as const;
export const verificationOk = () => "Everything that is signed in this case was unchanged when this report was made.";
export const verificationBad = () => "SOMETHING IN THIS CASE CHANGED AFTER IT WAS SIGNED:";
export const verificationColumns = { part: "Part", count: "Sound entries", verdict: "Verdict" } as const;
export const unchanged = () => "unchanged";
export const notThere = () => "not there; can be rebuilt";
export const changedAt = (problem: string, seq: number | null, line: number | null) =>
  `CHANGED: ${problem}${seq === null ? "" : `, entry ${seq}`}${line === null ? "" : `, line ${line}`}`;
export const journalNote = (entries: number) =>
  `${counted(entries, "entry", "entries")} up to the checkpoint of this report. The journal itself is custody/journal.jsonl.`;
export const journalOmitted = (entries: number) => `${counted(entries, "entry", "entries")} left out here`;
export const journalColumns = {
  seq: "No.",
  utc: "Time (UTC)",
  officer: "Officer",
  act: "Act",
  details: "Details",
} as const;
export const keyColumns = {
  officer: "Officer",
  keyId: "Key id",
  publicKey: "Public key (Ed25519, base64)",
  state: "State",
} as const;
export const keyState = (revokedAt: number | null) => (revokedAt === null ? "valid" : `revoked in entry ${revokedAt}`);
export const keysNote = () =>
  "Compare the key ids with what the officers state themselves: the program cannot know who holds a key.";
export const noSelfTest = () => "No self-test is recorded in the journal of this case.";

type Params = Readonly<Record<string, string | number>>;
const limitationTexts: Readonly<Record<string, (params: Params) => string>> = {
  demonstration: () => demonstrationMeaning(),
  "not-to-acquire": ({ label, reason }) => `Exhibit ${label} was recorded and not acquired. Reason: ${reason}`,
  "not-acquired": ({ label }) => `Exhibit ${label} was registered and has not been acquired yet.`,
  "folder-copy": ({ label }) =>
    `Exhibit ${label} is a folder: what the exporting system left out, deleted files, slack and unallocated space are not in it.`,
  "not-recorded": ({ label, what, files }) =>
    `Exhibit ${label}: not recorded for ${counted(Number(files), "entry", "entries")}: ${what}.`,
  "not-processed": ({ label }) => `Exhibit ${label} has not been processed: its files were hashed, not read.`,
  "image-not-examined": ({ label }) =>
    `Exhibit ${label} is an image of a medium: it was acquired and verified, the files in it were not examined.`,
  "image-not-read-again": ({ label }) =>
    `The image of exhibit ${label} was not read again for this report, which checked its signed manifest and list of blocks; vestige verify reads it in full.`,
  "hidden-sectors": ({ label }) =>
    `Whether the drive of exhibit ${label} hides sectors (HPA, DCO) could not be determined; hidden sectors are not in the image.`,
  "bad-sectors": ({ label, sectors }) =>
    `${counted(Number(sectors), "sector", "sectors")} of exhibit ${label} could not be read and stand as zeros in the image; the ranges are listed with its acquisition.`,
  "unstable-sectors": ({ label, sectors }) =>
    `${counted(Number(sectors), "sector", "sectors")} of exhibit ${label} gave two different answers; the image keeps the one that was read twice alike.`,
  "not-protected": ({ label }) =>
    `The system was not kept from writing to the device of exhibit ${label} by a read-only flag; the reason is with its acquisition.`,
  "no-clock-of": ({ label }) =>
    `The clock of exhibit ${label} was not compared with a reference: its file times may be off by an unknown amount.`,
  "seals-stated": () =>
    "Seals, their openings and who was present are what officers entered; the program never saw a seal. Times stated for them are the officers’, times of recording the machine’s.",
  "copies-stated": () =>
    "Hashes of copies were computed by the program; where they are kept, on which medium and in whose hands is what officers entered.",
  "not-enforced": ({ label, measure, why }) =>
    `Exhibit ${label}: the sandbox measure “${measure}” was not enforced while evidence was read (${why}).`,
  pending: ({ items }) =>
    `${counted(Number(items), "item has", "items have")} not been described yet; process again to finish.`,
  "open-act": ({ act, seq }) => `The act “${act}” of journal entry ${seq} was begun and has not ended.`,
  "no-operation-form": () =>
    "No operation form is recorded: place, persons present, notices and objections are not known to this case.",
  "no-source-clock": () =>
    "The clock of the source was not compared with a reference: file times may be off by an unknown amount.",
  "machine-clock": () =>
    "Times of acts come from the clock of the examining machine; no third party confirmed them. The chain fixes their order.",
  "no-ocr": () =>
    "Text inside pictures and scanned pages was not read; such items count as read when their format was read.",
  "formats-partial": ({ names }) => `Readers that do not cover all of their format: ${names}.`,
};
export const limitation = (code: string, params: Params) => limitationTexts[code]?.(params) ?? code;

export const opinionFact = () =>
  "Fact: everything above. It was recorded or computed by the program; counts, hashes and times can be checked by the steps below.";
export const opinionFinding = () =>
  "Interpretation by the program: the type, language and character set of a file, and the wording of findings. They follow fixed rules and are repeatable, but another examiner may judge otherwise.";
export const opinionNone = () =>
  "Opinion: none. What the evidence means, who did what and why, is not stated here; it belongs in an expert’s own signed statement.";

export const checkIntro = () =>
  "None of these steps needs Vestige. Keep this report apart from the case: whoever alters the case afterwards contradicts it.";
export const checkPage = (page: string) =>
  `Open ${page} in any browser, without network, and give it this report’s JSON form, custody/journal.jsonl, the exhibit’s acquisition.json, files.leaves and files.jsonl, or any single file. First compare the hash of that page:`;
export const checkFiles = () => "The files beside this report:";
export const checkContent = () =>
  "The content hash, from the JSON form of this report, and the files for the next step:";
export const checkSignature = () => "The signature over it:";
export const checkSession = () =>
  "The report was signed by a session key. The session key is vouched for by the officer’s key; the same two steps on the delegation show it:";
export const checkManifest = () => "Any file of an exhibit against the list that the manifest fixes:";
export const checkPaper = (seq: number) =>
  `A printed copy pins the journal: entry ${seq} of custody/journal.jsonl must carry the head hash of the checkpoint below.`;
export const signatureNote = () => "The signature covers the content hash, and so everything stated in this report.";
export const signedBy = (officer: string, key: string) => `${officer}, key ${key}`;
export const sessionOf = (key: string, until: string) => `${key}, valid until ${until}`;
export const checkpointValue = (seq: number, hash: string) => `${seq}:${hash}`;
export const pageOf = { page: "page", of: "of" } as const;
export const contentHashShort = (hash: string) => `Content hash ${hash.slice(0, 32)}…`;
