/** Sentences about seals. Numbers and names in them are already escaped by the caller. */

export const missing = (flag: string) => `Expected ${flag}, found nothing; see: vestige help custody`;
export const badPerson = (value: string) => `Expected --present "NAME" or "NAME; ROLE", found "${value}".`;
export const badTime = (value: string) =>
  `Expected --at as a time with zone such as 2026-11-21T09:00+01:00, found "${value}".`;
export const notClosed = (label: string, seal: string, closed: readonly string[]) =>
  `Expected the number of a closed seal of exhibit ${label} (${closed.length === 0 ? "none is recorded" : closed.join(", ")}), found ${seal}.`;
export const taken = (seal: string) =>
  `Expected a seal number that this case does not have yet, found ${seal}, which is recorded already.`;
export const photoAbsent = (file: string) => `Expected a photograph at ${file}, found nothing; check the path.`;
export const opened = (seal: string, label: string, newSeal: string | null) =>
  `Seal ${seal} of exhibit ${label} is recorded as opened${newSeal === null ? "; no new seal was put on" : `; the new seal is ${newSeal}`}.`;
export const closed = (seal: string, label: string) => `Seal ${seal} is recorded on exhibit ${label}.`;
