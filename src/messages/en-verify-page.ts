/**
 * Sentences of the stand-alone checker page. They go into the page with its code, so this file imports nothing. Text from
 * files reaches the page as text nodes only.
 */

const entryProblems = {
  "not-utf8": "its bytes are not well-formed UTF-8",
  "not-json": "it is not JSON",
  "not-canonical": "it is not in canonical form, so its bytes were edited",
  malformed: "fields are missing or of the wrong kind",
  "newer-version": "it was made by a newer version than this page knows",
  "hash-mismatch": "its content was changed after it was signed: the hash no longer fits",
  "wrong-seq": "it has the wrong number: an entry was removed, added, repeated or moved",
  "prev-mismatch": "it does not follow the entry before it: an entry was removed, added or exchanged",
  "bad-signature": "its signature does not fit its content and key",
  "clock-back": "its time is before that of the entry before it, and no entry says that the clock was put back",
  "no-intent": "it ends an act that was not begun",
  "bad-checkpoint": "the checkpoint in it does not fit the entries before it",
  "bad-genesis": "it is not a valid first entry",
  "bad-key": "it adds or revokes a key wrongly",
  "bad-delegation": "it lets a session sign without a valid signature of an officer",
  "unknown-session": "it ends a session that was not open",
  "unknown-key": "the key that signed it is not one of the case",
  "revoked-key": "the key that signed it had been revoked",
  "wrong-officer": "the key that signed it belongs to another officer",
  "unknown-delegation": "the session that signed it was never opened",
  "ended-delegation": "the session that signed it had been closed",
  "outside-delegation": "the session that signed it was not valid at that time",
};

const documentProblems = {
  malformed: "parts of it are missing",
  "hash-mismatch": "its content was changed after it was signed: the hash no longer fits",
  "unknown-key": "the key that signed it is not one of the case",
  "bad-signature": "its signature does not fit its content and key",
  "bad-delegation": "the session that signed it is not vouched for by an officer",
  "foreign-delegation": "the session that signed it was opened for another case",
  "wrong-officer": "the key that signed it belongs to another officer",
};

/** What can be wrong with an entry of a journal, and with a signed document. */
export type EntryProblem = keyof typeof entryProblems;
export type DocumentProblem = keyof typeof documentProblems;

const nouns = { manifest: "manifest", report: "report", checkpoint: "checkpoint" } as const;
type Noun = keyof typeof nouns;

export const pageSays = {
  labels: {
    caseNumber: "Case",
    caseId: "Case id",
    authority: "Authority",
    entries: "Entries",
    time: "Time span",
    head: "Last entry covered",
    fileHash: "SHA-256 of the file",
    key: "Officer’s key",
    exhibit: "Exhibit",
    lines: "Lines",
    hash: "Hash of the content",
    contentHash: "Content hash",
    signedBy: "Signed by",
    recorded: "Recorded in the journal",
    made: "Made",
    root: "Root over the lines",
    blockRoot: "Root over the blocks",
    range: "Proved bytes",
    blocks: "Blocks",
    medium: "The medium",
    entry: "Proved entry",
    line: "Line of the list",
    entryHash: "SHA-256 of the file",
    size: "Bytes of the file",
  },
  verdicts: { good: "Unchanged", bad: "Changed or not genuine", unsure: "Cannot be decided" },

  documentProblem: (problem: DocumentProblem) => documentProblems[problem],
  entry: (seq: number) => `entry ${seq}`,
  entryCount: (good: number, lines: number) => (good === lines ? `${good}` : `${good} sound of ${lines} lines`),
  span: (first: string, last: string) => `${first} to ${last}`,
  headHash: (seq: number, hash: string) => `entry ${seq}, hash ${hash}`,
  signer: (officer: string, keyId: string) => `${officer}, key ${keyId}`,
  officerKey: (officer: string, keyId: string, revokedAt: number | null) =>
    revokedAt === null ? `${keyId} of ${officer}` : `${keyId} of ${officer}, revoked in entry ${revokedAt}`,

  unreadable: (problem: string) => `The file could not be read (${problem}); give it again.`,
  brokenDocument: () => "It is named like a document of a case but is not well-formed JSON: it was damaged or changed.",

  badEntry: (seq: number, line: number, problem: EntryProblem) =>
    `The first bad entry is entry ${seq} (line ${line}): ${entryProblems[problem]}. The ${seq} entries before it are sound.`,
  emptyJournal: () => "The journal holds no entry.",
  tornJournal: (entries: number) =>
    `All ${entries} complete entries are sound, but the file ends inside a line: an entry was cut off, by a crash or by hand.`,
  goodJournal: (entries: number) =>
    `All ${entries} entries are in order: every hash, link and signature fits; none was changed, removed, added or moved.`,
  compareKeys: () =>
    "Compare the key ids with what the officers state on paper: whoever makes all keys anew could make a whole new journal.",
  demonstration: () => "This is a demonstration case: its keys were made without an officer, it proves nothing.",
  unanchored: (entries: number) =>
    `Unanchored tail length ${entries}: these entries follow the last checkpoint, so removing them would leave no trace in this file. A checkpoint printed or kept elsewhere that covers them settles it.`,
  openAct: (seq: number, act: string) =>
    `The act “${act}” of entry ${seq} was begun and not ended when this copy was made.`,

  caseKeyWrong: (keyId: string) => `The key id ${keyId} is not that of the key beside it.`,
  caseAlone: () => "The register is well-formed, but nothing in it is signed.",
  caseDiffers: () => "Case id, number or keys are not those that the journal binds.",
  caseAgrees: () => "Case id, number and keys are those that the journal binds.",
  caseUnsigned: () => "The other fields are vouched for by hashes in the journal, not by this comparison.",
  giveJournal: () => "Give custody/journal.jsonl too: the keys that count are those in it.",
  giveManifest: () => "Give the exhibit’s acquisition.json and files.jsonl too, and the journal.",

  badDocument: (noun: Noun, problem: DocumentProblem) =>
    `The ${nouns[noun]} is not genuine: ${documentProblems[problem]}.`,
  goodDocument: (noun: Noun) =>
    `The ${nouns[noun]} is what was signed: content hash and signature fit a key of the case.`,
  documentWithoutKeys: (noun: Noun) =>
    `The content of the ${nouns[noun]} fits its hash; without the keys of the case its signature cannot be checked.`,
  selfSigned: () => "Content hash and signature fit the key that is printed in the document itself.",
  keysFromCase: () => "The keys were taken from case.json, which is not signed; give the journal to rely on them.",
  notRecorded: () =>
    "The journal given does not record it: it may be older than the document, or the document was never filed.",
  manifestMeaning: () => "It fixes what the exhibit’s list of files must be; give files.jsonl to check the list.",
  reportMeaning: () =>
    "The HTML and PDF forms show this content; they are the same report where they print the same content hash.",
  reportCheckpointBad: (problem: string) =>
    `The report is signed, but its checkpoint contradicts the journal: ${problem}`,
  checkpointForeign: () => "The checkpoint belongs to another case or another journal.",
  checkpointBeyond: (seq: number, last: number) =>
    `The checkpoint covers entry ${seq}, but the journal ends at entry ${last}: entries were removed.`,
  checkpointDiffers: (seq: number) =>
    `The checkpoint and the journal differ at or before entry ${seq}: the journal was rewritten after the checkpoint was signed.`,
  checkpointMeaning: (seq: number) => `It pins entries 0 to ${seq}: the journal given holds exactly these.`,

  listAlone: () => "The list is well-formed; without the signed manifest nothing says whether it is the right one.",
  listAgrees: (lines: number, manifest: string) =>
    `All ${lines} lines are those that the signed manifest (${manifest}) fixes: none was changed, removed, added or moved.`,
  leavesAgree: (manifest: string) => `Its hashes give the root that the signed manifest (${manifest}) states.`,
  leavesUnproved: () => "Its hashes do not give the root of a manifest given here; it helps to find nothing.",
  listOfUnproved: (lines: number, manifest: string) =>
    `All ${lines} lines are those that the manifest (${manifest}) states, but whether the manifest is genuine cannot be decided.`,
  leavesOfUnproved: (manifest: string) =>
    `Its hashes give the root that the manifest (${manifest}) states, but whether the manifest is genuine cannot be decided.`,
  listDiffers: (lines: number, stated: number | null, badLine: number, differs: number) =>
    `The list is not the one that was signed (${[
      ...(differs > 0 ? [`the first line that differs is line ${differs}`] : []),
      stated === null ? "no manifest given fixes it" : `${lines} lines, signed were ${stated}`,
      ...(badLine > 0 ? [`line ${badLine} is not a whole entry`] : []),
    ].join("; ")}).`,
  listNoPlace: () =>
    "The signed root says that a line differs, not which; give files.leaves too, or compare with another copy of the list.",
  listOfBadManifest: (manifest: string) => `The list is that of ${manifest}, whose signature does not hold.`,
  inList: (path: string, count: number) =>
    count === 1 ? `It is in the manifest, as ${path}.` : `It is in the manifest ${count} times, first as ${path}.`,
  inListMeaning: () => "Its bytes are those that were acquired; the name of the copy given here proves nothing.",
  listUnproved: () => "The list itself is not proved: see its own verdict.",
  inReport: (name: string) => `It is the file ${name} that a signed report names by its hash.`,
  inUnprovedReport: (name: string) =>
    `It is the file ${name} that a report names by its hash, but whether the report is genuine cannot be decided.`,
  itemsDiffer: () =>
    "It is named like the list of items of a signed report, but the report states another hash for it.",
  itemsDifferUnproved: () =>
    "A report names a list of items of this name with another hash: one of the two was changed; which one cannot be decided.",
  itemsUnnamed: () => "It is a list of items that belongs to a report; no report or journal given here names its hash.",
  giveReport: () => "Give the report’s JSON that lies beside it too, and the journal.",
  inJournal: (seq: number) => `Its hash is recorded in entry ${seq} of the journal.`,
  notInList: () => "It is not in the manifest, nor named in a report or the journal: these bytes were not acquired.",
  notInUnprovedList: () =>
    "It is in no list given here, and none of the lists is proved, so nothing says whether its bytes were acquired.",
  nothingToCompare: () => "Its hash is shown; there is nothing to compare it with.",

  statedNumber: (number: string) => `${number} (as the proof states it)`,
  rangeOf: (from: number, last: number, length: number) => `bytes ${from} to ${last} of the medium (${length} bytes)`,
  blocksOf: (first: number, count: number, size: number, data: boolean) =>
    `${first} to ${first + count - 1} of ${size} bytes each, ${data ? "carried in the proof" : "by their hashes alone"}`,
  mediumOf: (bytes: number, sha256: string) => `${bytes} bytes, SHA-256 ${sha256}`,
  proofOfRange: (from: number, last: number, exhibit: string) =>
    `Bytes ${from} to ${last} of exhibit ${exhibit} are proved: the hashes of their blocks lead to the root in the signed manifest.`,
  proofOfFile: (path: string, exhibit: string) =>
    `The entry ${path} of exhibit ${exhibit} is proved: its line leads to the root in the signed manifest.`,
  proofSelfSigned: (proved: string) =>
    `${proved} But the manifest was checked with the key that is printed in the proof itself.`,
  proofForeign: () => "The manifest in the proof belongs to another case.",
  proofRangeWrong: () => "The proof does not hold: its blocks are not those of the range that it states.",
  proofLineWrong: () => "The proof does not hold: there is no entry of a list of files in it.",
  proofDataWrong: (block: number) =>
    `The proof does not hold: the data in it does not give the hash that it states (block ${block}).`,
  proofPathWrong: () => "The proof does not hold: its path does not lead to the root in the signed manifest.",
  proofData: () => "Give the bytes themselves too: the file, the whole blocks, or the whole medium.",
  provedBy: (proof: string, what: string) => `${what} Shown by ${proof}.`,
  isProvedFile: (path: string) => `It is the file ${path} that a proof is about: the hashes are the same.`,
  notProvedFile: (path: string) => `It is not the file ${path} that the proof is about: the hashes differ.`,
  provedWithoutHash: (path: string) => `The proof is about ${path}, which was not read: it states no hash to compare.`,
  isProvedRange: () => "It is exactly the range that a proof is about.",
  notProvedRange: () => "It has the size of the proved range, but other bytes.",
  isProvedBlocks: (from: number, last: number) => `It holds the proved blocks, bytes ${from} to ${last} of the medium.`,
  notProvedBlock: (block: number) =>
    `It has the size of the proved blocks or of the medium, but block ${block} differs.`,
  /** `length` is that of the range where the proof carries the blocks. */
  sizeFitsNot: (from: number, last: number, size: number, length: number | null, bytes: number) =>
    `It cannot be compared with the proof: expected are the whole blocks, bytes ${from} to ${last} of the medium (${size} bytes)${length === null ? "" : `, exactly the range (${length} bytes)`}, or the whole medium (${bytes} bytes).`,

  waiting: () => "No file given yet.",
  reading: (name: string, percent: number) => `Reading ${name} … ${percent} %`,
  summary: (good: number, bad: number, unsure: number) =>
    `${good + bad + unsure} file(s): ${good} unchanged, ${bad} changed or not genuine, ${unsure} undecided.`,
} as const;
