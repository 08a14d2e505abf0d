/**
 * `lists/passwords.json`: the passwords that are tried on encrypted items of the case. They are secrets of persons: the file is
 * readable by its owner alone, and the journal names a password by its number, never by its text.
 */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { readJsonFile, writeAtomically } from "./atomic-file.ts";
import type { CasePaths } from "./case-folder.ts";

const shape = z.object({
  format: z.literal(1),
  /** Goes up with every change: a run is known by it. */
  revision: z.number().int().nonnegative(),
  passwords: z.array(z.string()),
});

export type PasswordList = Pick<z.infer<typeof shape>, "revision" | "passwords">;

const fileOf = (paths: CasePaths) => join(paths.lists, "passwords.json");

/** The case's list; revision 0 and empty where there is none. Throws OperatorError for a damaged file. */
export function readPasswordList(paths: CasePaths): PasswordList {
  const file = fileOf(paths);
  if (!existsSync(file)) return { revision: 0, passwords: [] };
  const parsed = shape.safeParse(readJsonFile(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const problem = issue ? `${issue.path.join(".")}: ${issue.message}` : "unknown shape";
  throw new OperatorError("case/damaged", caseSays.damagedFile(file, problem));
}

/** Adds those that are not in the list yet, behind the others, so that numbers stay. Returns the list as it is now. */
export function addPasswords(paths: CasePaths, added: readonly string[]): PasswordList {
  const before = readPasswordList(paths);
  const passwords = [...new Set([...before.passwords, ...added.filter((password) => password !== "")])];
  if (passwords.length === before.passwords.length) return before;
  const list: z.infer<typeof shape> = { format: 1, revision: before.revision + 1, passwords };
  const file = fileOf(paths);
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, `${JSON.stringify(list, null, 2)}\n`, 0o600);
  return list;
}
