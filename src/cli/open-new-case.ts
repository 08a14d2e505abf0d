/** Opens a new case from the flags of `init`: asks for what is missing, makes or unlocks the officer's key. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkNewCase, type Case } from "../case/case-folder.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { foundCase } from "../custody/found-case.ts";
import type { Journal } from "../custody/journal.ts";
import { createOfficerKey, hasOfficerKey, unlockOfficerKey } from "../custody/officer-key.ts";
import { requireSelfTest, selfTest } from "../custody/self-test.ts";
import { login } from "../custody/session.ts";
import type { Signer } from "../custody/signer.ts";
import { cliSays } from "../messages/en.ts";
import { askFor } from "./ask.ts";
import type { CommandContext, Flag } from "./command.ts";
import { signingFlags, unlockOrForget } from "./open-for-signing.ts";
import { readPassphrase } from "./passphrase.ts";

/** `--officer` is a global flag. */
export const caseFlags: readonly Flag[] = [
  { name: "number", value: "N", summary: "case number" },
  { name: "authority", value: "REF", summary: "the decision or mandate that allows the operation" },
  { name: "scope", value: "TEXT", summary: "what may be looked at, in the words of the mandate" },
];

const facts = {
  number: { flag: "number", question: "Case number" },
  officer: { flag: "officer", question: "Officer" },
  authority: { flag: "authority", question: "Authority (decision or mandate, with its reference)" },
  scope: { flag: "scope", question: "Scope (what may be looked at)" },
};

export interface NewCase {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly signer: Signer;
}

/** Throws OperatorError before anything is written where the folder is not free or a fact is missing. */
export async function openNewCase(folder: string, context: CommandContext): Promise<NewCase> {
  checkNewCase(folder);
  const { number, officer, authority, scope } = await askFor(facts, context.flags);
  const tested = await selfTest();
  requireSelfTest(tested);
  const signer = await keyOf(officer, context);
  const opened = foundCase(folder, { number, authority, scope, demonstration: false }, signer, tested);
  context.output.note(cliSays.caseOpened(context.output.safe(number), opened.theCase.paths.root));
  return { ...opened, signer };
}

async function keyOf(officer: string, context: CommandContext): Promise<Signer> {
  const file = signingFlags(context).passphraseFile;
  if (hasOfficerKey(officer)) return unlockOrForget(officer, await readPassphrase({ officer, file }));
  const passphrase = await readPassphrase({ officer, file, confirm: true });
  const key = createOfficerKey(officer, passphrase);
  context.output.note(cliSays.keyMade(context.output.safe(key.officer), key.file, key.keyId));
  return unlockOfficerKey(officer, passphrase);
}

/** A case that says of itself that it is a demonstration; its key and passphrase lie beside it. */
export async function openDemonstrationCase(folder: string, context: CommandContext): Promise<NewCase> {
  checkNewCase(folder);
  const tested = await selfTest();
  requireSelfTest(tested);
  const home = `${resolve(folder)}.keys`;
  const passphrase = randomBytes(18).toString("base64url");
  const officer = "Demonstration Officer";
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const passphraseFile = join(home, "passphrase.txt");
  writeAtomically(passphraseFile, `${passphrase}\n`, 0o600);
  createOfficerKey(officer, passphrase, { home });
  const signer = unlockOfficerKey(officer, passphrase, { home });
  const stated = {
    number: "DEMONSTRATION",
    authority: "Demonstration, no legal authority",
    scope: "The samples that come with the program",
    demonstration: true,
  };
  const opened = foundCase(folder, stated, signer, tested);
  // Signed in, so that the commands shown at the end work as they stand.
  login(opened.journal, signer, 12);
  context.output.note(cliSays.demonstrationMade(passphraseFile));
  return { ...opened, signer };
}
