/** Sentences of the command line itself. */

export const purpose = () => "Acquires, preserves and searches digital evidence.";
export const versionSummary = () => "print the version";
export const helpTail = () =>
  `Exit codes: 0 finished, nothing lost; 1 finished with loss, or changed; 2 something you can put right; 3 a fault of the
program; 4 stopped and resumable. Passphrases come from a prompt, VESTIGE_PASSPHRASE or --passphrase-file.`;
export const unknownCommand = (name: string) => `unknown command '${name}'; see vestige --help`;
export const fault = (details: string) =>
  `vestige: this is a mistake of the program, nothing of yours; nothing recorded so far is lost. Please keep this for its developers:\n${details}`;

export const groupNames = {
  case: "Cases:",
  source: "Any image or device, without a case:",
  search: "Search and results:",
  custody: "Custody:",
  about: "About:",
} as const;

export const progressAcquire = (entries: string, bytes: string, rate: string) =>
  `acquiring: ${entries} entries, ${bytes}, ${rate}`;
export const progressList = (items: string) => `listing what is on the medium: ${items} items`;
export const ocrNothing = (low: boolean) =>
  low ? "No page was read with doubt." : "No pictures and no scanned pages were found.";
export const ocrPage = (confidence: number, language: string, page: number) =>
  `${String(confidence).padStart(3)} of 100, ${language}, page ${page}`;
export const ocrCount = (contents: number, ocr: string, reason: string | null) =>
  `${contents} ${ocr}${reason === null ? "" : ` (${reason})`}`;
export const progressPictures = (stage: "view" | "text", done: string, total: string) =>
  stage === "view" ? `looking at pictures: ${done} of ${total}` : `recognising text: ${done} of ${total}`;
export const progressExamine = (share: string, done: string, units: string, rate: string, left: string) =>
  `processing: ${share}, ${done} of ${units} entries, ${rate}${left === "" ? "" : `, about ${left} left`}`;

export const caseOpened = (number: string, folder: string) => `Case ${number} opened in ${folder}`;
export const keyMade = (officer: string, file: string, keyId: string) =>
  `A signing key was made for ${officer} (${keyId}); keep a copy of ${file} in a safe place.`;
export const exhibitRegistered = (label: string) => `Exhibit ${label} registered.`;
export const exhibitNotAcquired = (label: string, reason: string) =>
  `Exhibit ${label} recorded as not acquired: ${reason}`;
export const acquired = (label: string, files: string, bytes: string, hash: string) =>
  `Exhibit ${label}: ${files} files, ${bytes} hashed and listed; manifest root ${hash}`;
export const zeroSlack = (items: string, bytes: string) =>
  `  ${items} stretches of slack hold only zeros (${bytes}): no items were made of them`;
export const countsLine = (counts: string) => `Items: ${counts}`;
export const digestLine = (digest: string) => `Result digest: ${digest}`;
export const reportAt = (file: string) => `Report: ${file}`;
export const sandboxGaps = (gaps: string) => `Not enforced on this machine: ${gaps} (stated in the report).`;
export const tryNext = (lines: readonly string[]) => `Try next:\n${lines.map((line) => `  ${line}`).join("\n")}`;
export const demonstrationMade = (file: string) =>
  `This is a demonstration case: its officer is fictitious and its passphrase lies in ${file}.`;
export const nothingToProcess = () => "Nothing to process: no exhibit of this case has been acquired.";
export const question = (what: string) => `${what}: `;
export const whyNotAcquired = () => "Expected --reason with --not-acquired: say why this medium is not acquired.";
export const nothingInside = (label: string) =>
  `The folder of exhibit ${label} holds nothing; its manifest and report record that it is empty.`;
export const unknownShell = (shell: string) => `Expected bash or zsh, found "${shell}".`;
export const passwordPrompt = () => "Password for encrypted items (not shown): ";
export const passwordsInCase = (count: string, revision: string) =>
  `The case has ${count} passwords for encrypted items (list revision ${revision}); the next \`vestige process\` tries them.`;
export const noPasswordsIn = (file: string) => `Expected one password a line in ${file}, found none.`;
export const passwordsUnreadable = (file: string, code: string) =>
  `Expected a text file with one password a line, but ${file} cannot be read (${code}); check its name and your rights.`;
export const passwordNotTyped = () =>
  "Expected a password on the terminal, found none; run it on a terminal or give --add FILE.";
export const noHashSets = () =>
  "The case has no hash sets; `vestige hashset CASE FILE --name NAME --verdict known` adds one.";
export const hashSetFlags = () => "Expected --name NAME and --verdict known or alert with the list.";
export const hashSetSkipped = (rows: string) => `${rows} rows of the list hold no hash and were passed over.`;
export const hashSetLine = (name: string, verdict: string, counts: string, format: string) =>
  `${name}: ${verdict}, ${counts} (${format})`;
