/** Sentences about cases, exhibits and their files. */

export const absent = (folder: string) =>
  `Expected a case folder at ${folder}, found nothing there; make one with: vestige init ${folder}`;
export const notACase = (folder: string) =>
  `Expected a case folder at ${folder}, found no case.json in it; name a case folder, or make one in an empty folder with: vestige init`;
export const occupied = (folder: string) =>
  `Expected an absent or empty folder for a new case, found files in ${folder}; choose another folder.`;
export const fileExists = (file: string) =>
  `The file ${file} is there already and is not replaced. Give another name, or move it away.`;
export const exists = (folder: string) =>
  `A case is already open in ${folder}; use it as it is, or choose another folder.`;
export const unreadable = (file: string, problem: string) =>
  `Expected to read ${file}, found: ${problem}; restore it from a copy or correct its permissions.`;
export const notWritable = (folder: string, problem: string) =>
  `Expected to write in ${folder}, found: ${problem}; choose a writable folder.`;
export const damagedFile = (file: string, problem: string) =>
  `Expected a well-formed ${file}, found: ${problem}; restore it from a copy and run vestige verify.`;
export const newerFormat = (file: string, found: number, known: number) =>
  `Expected format version ${known} or older in ${file}, found ${found}; use a newer Vestige.`;
export const olderFormat = (file: string, found: number, known: number) =>
  `Expected format version ${known} in ${file}, found the older ${found}; vestige process brings it up to date.`;
export const badLabel = (label: string) =>
  `Expected an exhibit label of 1 to 32 letters, digits, dots, dashes or underscores, found "${label}"; for example M01.`;
export const labelTaken = (label: string) =>
  `Exhibit ${label} is already registered in this case; choose another label.`;
export const noExhibit = (label: string) =>
  `Expected exhibit ${label} in this case, found none; register it first with: vestige intake CASE ${label}`;
export const noExhibits = () =>
  `Expected at least one exhibit in this case, found none; register one with: vestige intake`;
export const notAcquired = (label: string) =>
  `Exhibit ${label} has not been acquired; acquire it first with: vestige acquire CASE ${label} SOURCE`;
export const diskFull = (folder: string) =>
  `The disk that holds ${folder} is full; free some space and run the same command again: it continues where it stopped.`;
export const hashSetDamaged = (file: string) =>
  `Expected a hash set in ${file}, but it is cut or not one of this program; remove it and add its list again.`;
export const hashSetName = (name: string) =>
  `Expected a name of letters, digits, dots and dashes for the hash set, found "${name}".`;
export const hashSetExists = (name: string) =>
  `The case has a hash set ${name} already; choose another name, or remove lists/hashsets/${name}.vhs first.`;
export const hashSetFormat = (source: string) =>
  `Expected a list of hashes (NSRL RDS, HashKeeper, Project VIC, comma-separated values with a title row, or a hash first in each line) in ${source}, found none of them.`;
export const hashSetUnreadable = (source: string, code: string) =>
  `Expected a list of hashes, but ${source} cannot be read (${code}); check its name and your rights.`;
