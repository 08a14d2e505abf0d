/** Sentences about preservation copies and target media. Names in them are already escaped by the caller. */
import { grouped } from "./en-parts.ts";

export const inPlace = (label: string) =>
  `Exhibit ${label} is a folder that was acquired in place: its files are not in the case, so there is nothing to copy; acquire it as an exhibit of its own with: vestige acquire CASE LABEL SOURCE --format aff4-l`;
export const noFiles = (label: string) =>
  `Exhibit ${label} was cloned onto a device and has no image file to copy; acquire it into an image as an exhibit of its own.`;
export const manifestChanged = (label: string, problem: string) =>
  `Expected the signed manifest of exhibit ${label}, found: ${problem}; restore it from a copy and run vestige verify, a damaged exhibit is not copied.`;
export const sourceUnreadable = (path: string, problem: string) =>
  `Expected to read ${path} of the exhibit, found: ${problem}; restore it from a copy or correct its permissions.`;
export const exhibitChanged = (path: string) =>
  `${path} is no longer what the exhibit's manifest says; it was not copied: run vestige verify, and restore it from another copy.`;
export const noFolder = (path: string) =>
  `Expected a folder at ${path}, found none; connect the medium, or name a folder on it with --to.`;
export const insideCase = (path: string) =>
  `Expected a folder outside the case, found ${path} inside it; keep copies apart from the case, on another medium.`;
export const occupied = (folder: string, name: string) =>
  `Expected ${folder} to be absent, empty or the rest of an interrupted copy of this exhibit, found ${name} in it; nothing is overwritten: name another folder.`;
export const otherFile = (path: string) =>
  `Expected ${path} to be the file that an interrupted copy finished, found other bytes; it is not overwritten: look at it, remove it and run the same command again.`;
export const noSpace = (folder: string, needed: number, free: number) =>
  `Expected ${grouped(needed)} bytes free for ${folder}, found ${grouped(free)}; free some space or choose another medium.`;
export const targetFull = (folder: string) =>
  `The disk that holds ${folder} is full; free some space and run the same command again: it continues where it stopped.`;
export const targetRefused = (folder: string, problem: string) =>
  `Writing in ${folder} failed (${problem}); check the medium and run the same command again: what stands is compared and kept.`;
export const copyUnreadable = (path: string, problem: string) =>
  `Expected to read ${path} of the copy, found: ${problem}; run with sufficient rights.`;
export const interrupted = () => `Stopped; run the same command again: it continues where it stopped.`;
export const notThere = (copy: string, folder: string) =>
  `Expected copy ${copy} in ${folder}, found none of its files; connect its medium, or say where it is with --place FOLDER.`;
export const unknownCopy = (label: string, name: string, known: string) =>
  `Expected a copy of exhibit ${label} that was made, found none named ${name}; there ${known === "" ? "is none" : `is ${known}`}.`;
export const notUnfinished = (label: string, name: string) =>
  `Expected an unfinished copy of exhibit ${label}, found none named ${name}; see: vestige custody due CASE`;
export const abandoned = (copy: string) => `Recorded that ${copy} will not be finished; its files stay where they are.`;
export const besideCase = () =>
  `The copy lies in the same file system as the case: one failing disk would take both. Keep copies on other media.`;
export const oneOfFour = () =>
  `Expected one of --to FOLDER, --verify COPY, --moved COPY or --abandon COPY; see: vestige copy --help`;
export const movedWhere = () =>
  `Expected --location, --medium, --place or --handed-to with --moved, found none; say where the copy is now or who has it.`;
export const badDays = (value: string) => `Expected --check-every as whole days from 1 to 36500, found "${value}".`;
export const badDay = (value: string) => `Expected --on as a day like 2027-11-21, found "${value}".`;

export const progress = (what: "copy" | "verify", share: string, done: string, rate: string, left: string) =>
  `${what === "copy" ? "copying" : "verifying"}: ${share}, ${done}, ${rate}${left === "" ? "" : `, about ${left} left`}`;
export const copied = (copy: string, files: number, bytes: string, place: string) =>
  `${copy}: ${grouped(files)} file(s), ${bytes}, copied to ${place} and verified by reading the copy again`;
export const checked = (copy: string, files: number, bytes: string, place: string) =>
  `${copy}: ${grouped(files)} file(s), ${bytes}, read again in ${place}: unchanged`;
export const copyBad = (copy: string, files: number) => `${copy}: ${grouped(files)} file(s) are not what was signed:`;
export const fileBad = (file: string, problem: "missing" | "size" | "sha256" | "unreadable") =>
  `  ${file}: ${{ missing: "missing", size: "its size differs", sha256: "its SHA-256 differs", unreadable: "it cannot be read" }[problem]}`;
export const partialsKept = () =>
  `The copy is no copy: its files keep their .partial names. Check the medium and run the same command again, or use another medium.`;
export const cacheMayAnswer = () =>
  `The system could not be told to forget what it had just written, so its memory may have answered instead of the medium; disconnect and connect it, then run: vestige copy CASE LABEL --verify COPY`;
export const nextCheck = (day: string) => `Next check: ${day}`;
export const moved = (copy: string) => `Recorded where ${copy} is kept.`;
export const noCopies = () =>
  `This case has no preservation copies; make one with: vestige copy CASE LABEL --to FOLDER`;
export const duePlan = (day: string | null, due: boolean) =>
  `${day === null ? "no check planned" : `next check ${day}`}${due ? " DUE" : ""}`;
export const lastCheck = (utc: string | null) => (utc === null ? "never read" : `last read ${utc.slice(0, 10)}`);
export const copyState: Readonly<Record<string, string>> = {
  sound: "sound",
  changed: "CHANGED",
  unfinished: "UNFINISHED",
};
export const dueSome = (count: number) => `${grouped(count)} copy or copies need attention.`;
export const dueNone = () => `No check is due.`;
