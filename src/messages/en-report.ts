/** Sentences about the operation form and reports. Text from outside is already escaped by the caller. */

export const badForm = (origin: string, field: string, problem: string) =>
  `Expected an operation form in ${origin}, found at ${field === "" ? "its top" : field}: ${problem}; correct that field.`;
export const operationAbsent = (file: string) =>
  `Expected the operation form at ${file}, found nothing there although the journal records one; write it again from the journal with: vestige operation CASE --restore`;
export const operationChanged = (file: string) =>
  `Expected ${file} as the journal records it, found other bytes, so the scope rules are in doubt; write it again from the journal with: vestige operation CASE --restore`;
export const operationJournal = (file: string, problem: string) =>
  `Expected sound entries about the operation form in ${file}, found: ${problem}; run vestige verify to see what changed.`;
export const operationNone = () =>
  `No operation form is recorded in this case; record one with flags, or with: vestige operation CASE --form FILE`;
export const operationRecorded = (seq: number, sha256: string, earlier: number) =>
  `The operation form is recorded in journal entry ${seq} (SHA-256 ${sha256}); it supersedes ${earlier} earlier form(s).`;
export const operationRestored = (file: string) => `${file} was written again as the journal holds it.`;
export const operationUnchanged = () => `Nothing of the form would change; nothing was recorded.`;
export const operationConflict = () =>
  `Expected --restore alone, found other fields too; restore first, then record what is new.`;
export const clockIncomplete = () =>
  `Expected --clock-source, --clock-offset, --clock-method and --clock-reference together, found only some; give all four.`;
export const badClockOffset = (value: string) =>
  `Expected --clock-offset in seconds, source minus reference, such as -12.5, found "${value}".`;
export const badAttendee = (value: string) =>
  `Expected --attendee "NAME; ROLE" or "NAME; ROLE; signed|refused|absent", found "${value}".`;
/** `seconds` as decimal text. */
export const clockOffset = (seconds: string) =>
  Number(seconds) === 0 ? "no offset" : `${seconds.replace("-", "")} s ${seconds.startsWith("-") ? "slow" : "fast"}`;

export const reportStopped = () => `Stopped; no report was written. Run the same command again.`;
export const reportFormat = (format: string) =>
  `Expected --format html or json, found "${format}"; print the HTML form to get paper or PDF.`;
export const reportKind = (kind: string, known: readonly string[]) =>
  `Expected a kind of report (${known.join(", ")}), found "${kind}".`;
export const reportLabels = () =>
  `Expected no labels for the kind custody, which is about the whole case; leave them out.`;
export const reportMade = (file: string) => `Report: ${file}`;
export const reportHash = (hash: string) => `Content hash: ${hash}`;
export const reportPage = (file: string, sha256: string) => `Anybody can check it with ${file} (SHA-256 ${sha256}).`;
export const reportChanged = () => `Something in this case changed after it was signed; the report says what.`;
type Loss = Readonly<{ partial: number; failed: number }>;
const lossParts = ({ partial, failed }: Loss) => `${partial} partly read and ${failed} failed`;
/** Counts in the words of page one: its files, and those found inside them. */
export const reportLoss = (files: Loss, inside: Loss) =>
  `Not wholly read: of the files, ${lossParts(files)}; of those found inside them, ${lossParts(inside)}; page one of the report has the sums.`;
export const reportPending = (files: number) =>
  `${files} ${files === 1 ? "file is" : "files are"} not yet processed, so this report is incomplete; run vestige process and then report again.`;
