/** Sentences about acquisition, processing and the run as a whole. */

export const sourceAbsent = (source: string) =>
  `Expected a folder to read at ${source}, found nothing there; check the path and that the medium is connected.`;
export const sourceNotFolder = (source: string, kind: string) =>
  `Expected an exported folder at ${source}, found a ${kind}; name the folder that holds the files. A device or an image is taken as it is; any other file is acquired as a medium with vestige acquire --format raw, e01 or aff4.`;
export const sourceUnreadable = (source: string, problem: string) =>
  `Expected to read the folder ${source}, found: ${problem}; run with sufficient rights.`;
export const caseInsideSource = (folder: string, source: string) =>
  `Expected the case outside the evidence, found ${folder} inside ${source}; nothing is ever written into a source: choose another case folder.`;
export const sourceInsideCase = (source: string) =>
  `Expected a source outside the case, found ${source} inside it; name the folder that was exported.`;
export const sourceChanged = (label: string, expected: string, found: string) =>
  `Exhibit ${label} was acquired from ${expected}, found the source ${found}; register the new source under a label of its own.`;
export const alreadyAcquired = (label: string) =>
  `Exhibit ${label} is already acquired; process it with: vestige process, or register the source again under another label.`;
export const notToAcquire = (label: string) =>
  `Exhibit ${label} is recorded as not to be acquired; register it again under another label to acquire it.`;
export const sourceGone = (source: string) =>
  `The source ${source} is gone; reconnect it and run the same command again: it continues where it stopped.`;
export const engineDied = (times: number) =>
  `The engine ended ${times} times without getting further; run the same command again, and keep the logs for the developers.`;
export const interrupted = (command: string) => `Stopped; nothing is lost. Continue with: ${command}`;
export const profileDamaged = (file: string, problem: string) =>
  `Expected a profile in ${file}, found: ${problem}; correct it or delete it for the defaults.`;
export const noSuchList = (id: string) =>
  `Expected under "lists" in the profile the ids of watch-lists of the product, found: ${id}; put a list of your own into the folder lists of the case.`;
export const profileChanged = (label: string) =>
  `The profile or a watch-list changed since exhibit ${label} was processed; its work file is rebuilt from the start.`;
export const flagsMissing = (flags: readonly string[]) =>
  `Expected these to open a case, found none of them: ${flags.join(", ")}; give them all, or run on a terminal to be asked.`;
export const badNumber = (flag: string, value: string, range: string) =>
  `Expected a whole number ${range} for --${flag}, found "${value}".`;
export const noAuthority = () =>
  `Expected a recorded authority and scope before anything is acquired, found none in this case; record them with: vestige init --authority --scope`;
export const manifestChanged = (label: string, problem: string, line: number | null) =>
  `Expected the signed manifest of exhibit ${label} as it was made, found it changed (${problem}${line === null ? "" : `, line ${line}`}); run vestige verify and restore it from a copy.`;
