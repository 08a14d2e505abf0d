/** In which order the items of a medium are examined: what people made first, so that a search finds it early. */
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { fold } from "../../../native-free/model/fold.ts";

/** 0: files of people; 1: of systems and programs; 2: deleted; 3: slack; 4: space that belongs to no file. */
export type Rank = 0 | 1 | 2 | 3 | 4;
export const ranks: readonly Rank[] = [0, 1, 2, 3, 4];
export const [slackRank, spaceRank] = [3, 4] as const;

/** Directories in the root that systems and installers fill. */
const systemFolders: ReadonlySet<string> = new Set([
  ...[
    "windows",
    "winnt",
    "program files",
    "program files (x86)",
    "programdata",
    "system volume information",
    "recovery",
  ],
  ...["perflogs", "msocache", "$windows.~bt", "$windows.~ws", "windows.old", "boot", "efi", "$extend", "config.msi"],
  ...[
    "bin",
    "sbin",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "usr",
    "etc",
    "dev",
    "proc",
    "sys",
    "run",
    "snap",
    "lost+found",
  ],
  ...["system", "library", "applications", "private", "cores"],
]);

/** Programs, and what they are made of. */
const systemExtensions: ReadonlySet<string> = new Set([
  ...[
    "exe",
    "dll",
    "sys",
    "drv",
    "ocx",
    "cpl",
    "msi",
    "msp",
    "cab",
    "cat",
    "inf",
    "mui",
    "nls",
    "ttf",
    "fon",
    "manifest",
  ],
  ...["so", "ko", "o", "a", "la", "pyc", "class", "dylib", "kext", "pdb", "lib", "pf", "etl"],
]);

/** Whether what a directory of the root holds is the system's. */
export function isSystemFolder(name: string): boolean {
  return systemFolders.has(fold(name));
}

/** `inSystem`: the entry lies below a folder of the system. */
export function rankOf(entry: Pick<FileSystemEntry, "nameClaim" | "kind" | "name">, inSystem: boolean): Rank {
  if (entry.nameClaim === "deleted" || entry.nameClaim === "orphan") return 2;
  if (inSystem || entry.kind === "metadata" || entry.kind === "special") return 1;
  const name = entry.name.text;
  const dot = name.lastIndexOf(".");
  return dot > 0 && systemExtensions.has(name.slice(dot + 1).toLowerCase()) ? 1 : 0;
}
