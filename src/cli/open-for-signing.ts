/**
 * Who signs what a command does: the session of this case where there is one, else the officer's key, opened with the
 * passphrase. `--officer` and `--passphrase-file` are global flags.
 */
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import type { Case } from "../case/case-folder.ts";
import { openJournal, type Journal } from "../custody/journal.ts";
import { unlockOfficerKey } from "../custody/officer-key.ts";
import { currentSession } from "../custody/session.ts";
import type { Signer } from "../custody/signer.ts";
import { custodySays } from "../messages/en.ts";
import { isOperatorError, OperatorError } from "../messages/operator-error.ts";
import { flagText, type CommandContext } from "./command.ts";
import { forgetPassphrase, readPassphrase } from "./passphrase.ts";

export interface SigningFlags {
  /** `--officer`: whose session or key; null for the session there is, or the case's only officer. */
  readonly officer: string | null;
  /** `--passphrase-file`. A given passphrase is preferred to a session. */
  readonly passphraseFile: string | null;
}

export function signingFlags(context: Pick<CommandContext, "flags">): SigningFlags {
  return { officer: flagText(context.flags, "officer"), passphraseFile: flagText(context.flags, "passphrase-file") };
}

/** Opens the journal of a case and finds its signer. The caller closes the journal. Throws OperatorError. */
export async function openForSigning(
  theCase: Case,
  context: Pick<CommandContext, "flags">,
): Promise<{ journal: Journal; signer: Signer }> {
  const journal = openJournal(theCase.paths.root);
  return { journal, signer: await signerFor(journal, signingFlags(context)) };
}

/** The session if there is one, else the officer's key. Throws OperatorError. */
export async function signerFor(journal: Journal, flags: SigningFlags): Promise<Signer> {
  const keys = journal.keys();
  let sessionProblem: unknown = null;
  if (flags.passphraseFile === null) {
    try {
      const session = currentSession(keys.caseId, { officer: flags.officer, keys });
      if (session) return session;
    } catch (error) {
      // An expired session is no obstacle to who can give the passphrase, but explains why it is asked for.
      if (!isOperatorError(error)) throw error;
      sessionProblem = error;
    }
  }
  try {
    return await officerSignerFor(journal, flags);
  } catch (error) {
    const unattended = isOperatorError(error) && error.code === "custody/passphrase-missing";
    throw unattended && sessionProblem ? sessionProblem : error;
  }
}

/** The officer's own key, opened with the passphrase: for login and for what a session may not do. */
export async function officerSignerFor(journal: Journal, flags: SigningFlags): Promise<Signer> {
  const officer = flags.officer ?? onlyOfficer(journal);
  const registered = journal.keys().officers();
  const known = registered.filter((key) => key.revokedAt === null && key.officer === officer.normalize("NFC").trim());
  if (known.length === 0) {
    throw new OperatorError("custody/officer-unknown", custodySays.officerUnknown(escapeForTerminal(officer)));
  }
  const passphrase = await readPassphrase({ officer, file: flags.passphraseFile });
  const signer = unlockOrForget(officer, passphrase);
  if (!known.some((key) => key.keyId === signer.keyId)) {
    throw new OperatorError("custody/officer-unknown", custodySays.officerUnknown(escapeForTerminal(officer)));
  }
  return signer;
}

/** Opens an officer's key; a wrong passphrase is not kept for the next question. */
export function unlockOrForget(officer: string, passphrase: string): Signer {
  try {
    return unlockOfficerKey(officer, passphrase);
  } catch (error) {
    forgetPassphrase(officer);
    throw error;
  }
}

function onlyOfficer(journal: Journal): string {
  const active = journal
    .keys()
    .officers()
    .filter((key) => key.revokedAt === null);
  const names = [...new Set(active.map((key) => key.officer))];
  if (names.length === 1) return names[0] as string;
  const listed = names.map(escapeForTerminal).join(", ");
  throw new OperatorError("custody/officer-needed", custodySays.officerNeeded(listed));
}
