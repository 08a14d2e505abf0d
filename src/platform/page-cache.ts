/** What was just written is read from the medium again and not from memory, as far as the system can be asked for that. */
import { nativeLibrary } from "./native-calls.ts";

/** POSIX_FADV_DONTNEED of linux/fadvise.h. */
const dontNeed = 4;

type Advise = (descriptor: number, offset: number, length: number, advice: number) => number;
let advise: Advise | null | undefined;

/**
 * Asks the kernel to forget what it keeps of an open file (posix_fadvise(2)); what was not synced before stays. True where it
 * was taken, false where there are no native calls or the file's system refused: then memory may answer the next read.
 */
export function dropFromCache(descriptor: number): boolean {
  advise ??= adviser();
  return advise?.(descriptor, 0, 0, dontNeed) === 0;
}

function adviser(): Advise | null {
  const library = nativeLibrary();
  if (typeof library === "string") return null;
  return library.func("int posix_fadvise(int descriptor, int64_t offset, int64_t length, int advice)") as Advise;
}
