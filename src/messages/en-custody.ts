/** Sentences about keys, sessions, the journal and verification. Names in them are already escaped by the caller. */

export const keyExists = (officer: string, file: string) =>
  `Officer ${officer} already has a key in ${file}; use it, or choose another name.`;
export const keyAbsent = (officer: string, folder: string) =>
  `Expected a key of officer ${officer} in ${folder}, found none; set VESTIGE_HOME to the folder that holds it, or make one with: vestige custody key --officer NAME`;
export const keyDamaged = (file: string, problem: string) =>
  `Expected an officer's key in ${file}, found: ${problem}; restore the file from a copy.`;
export const keyWeak = (file: string, cost: number, floor: number) =>
  `Expected scrypt with N of at least ${floor} in ${file}, found ${cost}; the file was weakened, restore it from a copy.`;
export const wrongPassphrase = (officer: string) => `The passphrase of officer ${officer} is wrong; try again.`;
export const emptyPassphrase = () => `Expected a passphrase, found an empty one; choose at least one character.`;
export const passphraseMissing = (officer: string) =>
  `Expected the passphrase of officer ${officer}, found no terminal to ask on; set VESTIGE_PASSPHRASE, or give --passphrase-file FILE, or sign in first with: vestige login CASE`;
export const passphraseFile = (file: string, problem: string) =>
  `Expected to read the passphrase in ${file}, found: ${problem}; name a readable file whose first line is the passphrase.`;
export const passphrasePrompt = (officer: string) => `Passphrase of ${officer}: `;
export const passphraseAgain = () => `The same again: `;
export const passphraseDiffers = () => `The two passphrases differ; try again.`;
export const promptStopped = () => `No passphrase was given; nothing was done.`;
export const homeUnusable = (folder: string, problem: string) =>
  `Expected to keep keys in ${folder}, found: ${problem}; set VESTIGE_HOME to a folder of yours.`;

export const sessionNone = () => `Nobody is signed in to this case; sign in with: vestige login CASE`;
export const sessionUnusable = (problem: string) =>
  `The session of this case cannot be used (${problem}); sign in again with: vestige login CASE`;
export const sessionExpired = (until: string) =>
  `The session of this case ended at ${until}; sign in again with: vestige login CASE`;
export const sessionHours = (limit: number) =>
  `Expected --hours above 0 and at most ${limit}; a session lasts no longer than that.`;
export const officerUnknown = (officer: string) =>
  `Officer ${officer} has no key in this case; an officer of the case can add it with: vestige custody add-officer CASE NAME`;

export const journalAbsent = (file: string) =>
  `Expected a journal at ${file}, found none; restore it from a copy, nothing can be recorded without it.`;
export const journalExists = (file: string) => `A journal already exists at ${file}; it is never replaced.`;
export const journalDamaged = (file: string, where: string) =>
  `The journal ${file} is damaged at ${where}; nothing was added, run vestige verify to see what changed.`;
export const unreadable = (file: string, code: string) =>
  `Expected to read ${file}, found ${code}; correct its permissions and run the same command again.`;
export const journalNewer = (file: string, found: number) =>
  `Expected journal version 1 in ${file}, found ${found}; use a newer Vestige.`;
export const journalStopped = (file: string, problem: string) =>
  `Writing the journal ${file} failed (${problem}); correct the cause and run the same command again.`;
export const journalFull = (file: string) =>
  `The disk that holds ${file} is full, the last act was not recorded; free some space and run the same command again.`;
export const lockBusy = (file: string, seconds: number, holder: string) =>
  `Waited ${seconds} s for ${file}, which ${holder} holds; wait for it to finish, or end it.`;
export const lockFailed = (file: string, problem: string) =>
  `Expected to lock ${file}, found: ${problem}; check that the folder is writable.`;
export const lockHolder = (pid: number, host: string, since: string, purpose: string) =>
  `process ${pid} on ${host} (${purpose}, since ${since})`;
export const lockHolderUnknown = () => `another process`;

export const anchorUnreadable = (file: string, problem: string) =>
  `Expected a checkpoint in ${file}, found: ${problem}; name a checkpoint file copied from the case or from a report.`;
export const verifyNothing = (path: string) =>
  `Expected a case folder, a manifest, a report or a checkpoint at ${path}, found something else; name one of these.`;
export const sourceAbsent = (label: string, path: string) =>
  `Expected the source of exhibit ${label} at ${path}, found nothing there; connect it, or verify without --source.`;

export const part = (name: string, verdict: string) => `${name.padEnd(28)} ${verdict}`;
export const unchanged = (detail: string) => `unchanged${detail === "" ? "" : ` (${detail})`}`;
export const changed = (detail: string) => `CHANGED: ${detail}`;
export const undecided = () => `cannot be decided: the journal is damaged`;
export const rebuildable = () => `not there; can be rebuilt with: vestige process CASE`;
export const someUndecided = (parts: number) => `${parts} part(s) cannot be decided, since the journal is damaged.`;
export const workDetail = () => `digest is the recorded one`;
export const digestDiffers = (label: string, recorded: string) =>
  `The digest of ${label} differs from the one the journal records (${recorded}): the work file changed since.`;
export const badEntry = (seq: number, line: number, problem: string) => `entry ${seq} (line ${line}): ${problem}`;
export const badLine = (line: number, problem: string) => `line ${line}: ${problem}`;
export const checkpointDetail = (count: number) => `${count} checkpoint(s)`;
export const anchorDetail = (seq: number) => `pins entries 0 to ${seq}`;
export const manifestDetail = (lines: number) => `${lines} lines, signature and hashes agree`;
export const sourceDetail = (files: number) => `${files} files hashed again`;
export const sourceDiffers = (changed: number, missing: number, added: number, unread: number) =>
  `${changed} changed, ${missing} missing, ${added} new, ${unread} unreadable`;
export const allUnchanged = () => `Nothing changed.`;
export const somethingChanged = (parts: number) => `${parts} part(s) changed since they were signed.`;
export const unanchored = (entries: number) =>
  `Unanchored tail length ${entries}: these entries follow the last checkpoint, so removing them would leave no trace.`;
export const openIntent = (seq: number, act: string) => `Act ${act} (entry ${seq}) was begun and never ended.`;

export const signedIn = (officer: string, until: string) => `${officer} is signed in until ${until}.`;
export const signedOut = (officer: string) => `${officer} is signed out.`;
export const keyMade = (officer: string, key: string, file: string) => `Key ${key} of ${officer} is in ${file}.`;
export const officerAdded = (officer: string, key: string) => `Key ${key} of ${officer} was added to the case.`;
export const keyRevoked = (key: string) => `Key ${key} was revoked; entries signed with it from now on are refused.`;
export const checkpointMade = (seq: number, file: string) => `Checkpoint over entries 0 to ${seq} is in ${file}.`;
export const selfTestPassed = (checks: number, ms: number) => `Self-test: ${checks} checks passed in ${ms} ms.`;
export const selfTestFailed = (names: string) =>
  `The self-test failed (${names}): this program or machine computes wrong hashes, do not use it on evidence.`;

/** What verification found, by its word; the word itself is what JSON carries. */
export const problems: Readonly<Record<string, string>> = {
  "no-journal": "there is no journal",
  "not-utf8": "its bytes are not UTF-8",
  "not-json": "it is not JSON",
  "not-canonical": "its text is not the canonical one",
  malformed: "it does not have the fields that it must have",
  "newer-version": "it was written by a newer version",
  "hash-mismatch": "its content is not what its hash says",
  "wrong-seq": "its number is not the next one: entries were removed, added, doubled or exchanged here",
  "prev-mismatch": "it does not follow the entry before it: entries were removed, added, doubled or exchanged here",
  "bad-signature": "its signature is not that of the stated key",
  "unknown-key": "it is signed by a key that the case does not know",
  "revoked-key": "it is signed by a key that was revoked before",
  "wrong-officer": "it names another officer than its key",
  "unknown-delegation": "no login before it made the session that signed it",
  "ended-delegation": "the session that signed it had signed out",
  "outside-delegation": "its time lies outside the validity of the session that signed it",
  "bad-delegation": "the delegation of its session is not validly signed",
  "foreign-delegation": "the delegation of its session is for another case",
  "bad-genesis": "the journal does not begin as it must, or begins twice",
  "bad-key": "it adds or revokes a key that cannot be added or revoked",
  "unknown-session": "it ends a session that was not open",
  "no-open-intent": "it ends an act that was not open",
  "clock-back": "its time lies before the entry before it, and the journal does not say so",
  "torn-tail": "an append was interrupted here; the next entry will keep the torn bytes aside",
  "torn-file": "a torn line that was kept aside is missing or changed",
  shorter: "the journal is shorter than a checkpoint that covers it: entries were removed from its end",
  "checkpoint-mismatch":
    "the journal is not the one that a checkpoint covers; the first change lies at this entry or after it",
  "foreign-genesis": "the journal begins differently from the one that a checkpoint covers",
  "checkpoint-missing": "a checkpoint that the journal records is missing",
  "checkpoint-changed": "a checkpoint is not the one that the journal records",
  "checkpoint-damaged": "it is not a checkpoint",
  "foreign-case": "it belongs to another case",
  "bad-root": "its Merkle root does not agree with its subtrees",
  "foreign-keys": "the keys differ from those of the journal",
  "foreign-id": "the case id differs from that of the journal",
  "form-changed": "it is not as the journal records it",
  "not-recorded": "the journal does not record it",
  missing: "a file is missing",
  "leaves-changed": "the list of block hashes is not the signed one",
  "line-count": "the number of lines differs from the signed one",
  "line-changed": "this line differs from the signed one",
  "lines-changed": "the lines differ from the signed ones",
  "html-differs": "the printed report is not the one that was made, or does not carry the content hash",
  "items-differ": "the list of items beside it is not the signed one",
  "work-changed": "its digest is not the one recorded when processing ended",
  "work-damaged": "the work file is damaged and cannot be read; it can be rebuilt from the exhibit",
  changed: "it is not what this program read or wrote there before",
  "no-genesis": "the journal does not begin as it must",
  undecided: "the journal is damaged, so it cannot be decided",
};

export const problem = (word: string) => problems[word] ?? word;

export const officerNeeded = (names: string) =>
  `Expected --officer NAME, since the case has several officers (${names}); say who acts.`;
export const verifyStopped = () => `Verification was stopped before its end; run it again.`;
export const sourceFile = (what: string, path: string, detail: string) =>
  `  ${what.padEnd(10)} ${path}${detail === "" ? "" : ` (${detail})`}`;
export const noExhibitsWithSource = () => `No exhibit of this case has a manifest, so there is no source to compare.`;
export const entriesDetail = (entries: number) => `${entries} entries`;
export const unknownAction = (action: string) =>
  `Expected key, keys, log, checkpoint, add-officer, revoke, due, seal-open or seal-close, found "${action}"; see: vestige help custody`;
export const argumentMissing = (name: string) => `Expected ${name}, found nothing; see: vestige help custody`;
export const keyUnknown = (key: string) =>
  `Expected the id of a key that may sign in this case, found ${key}; see: vestige custody log CASE`;
