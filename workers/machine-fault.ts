/** Errors that are the machine's or the medium's as a whole: no property of the item over which they come up. */

/** `code` of an error: the evidence is gone as a whole (unplugged, unmounted); the run continues when it is back. */
export const sourceGoneCode = "SOURCE_GONE";

const codes: readonly unknown[] = ["ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE", "EIO", sourceGoneCode];

/** A full or broken disk stops the run, which can be resumed. */
export function isMachineFault(error: unknown): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code);
}
