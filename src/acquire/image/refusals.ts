/** What is refused of a source or target although it could be read or written, and how an officer goes on all the same. */
import { statSync } from "node:fs";
import { imageSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";

/** Refusals that an officer may override; each is then recorded. */
export const overridable = ["source/mounted", "source/swap", "target/on-source"] as const;
export type Override = (typeof overridable)[number];

/** Throws unless the officer overrides it; then it is noted. */
export function refuse(code: Override, sentence: string, overrides: readonly Override[], noted: Override[]): void {
  if (!overrides.includes(code)) throw new OperatorError(code, imageSays.mayOverride(sentence, code));
  if (!noted.includes(code)) noted.push(code);
}

/** True where `path` is a folder, which is acquired file by file and not as a medium. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
