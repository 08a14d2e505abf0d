/** `vestige custody`: keys of officers and of the case, checkpoints, and the journal in readable form. */
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import { openCase, registerHash, rewriteCase, type Case } from "../../case/case-folder.ts";
import { checkpointFile } from "../../custody/checkpoint.ts";
import { openJournal, type Journal } from "../../custody/journal.ts";
import { createOfficerKey, listOfficerKeys, readOfficerKey } from "../../custody/officer-key.ts";
import type { OfficerKey } from "../../custody/key-register.ts";
import { custodySays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { listDue } from "../custody-due.ts";
import { closeSeal, openSeal, sealFlags } from "../custody-seal.ts";
import { officerSignerFor, openForSigning, signingFlags } from "../open-for-signing.ts";
import type { JsonValue, Output } from "../output.ts";
import { readPassphrase } from "../passphrase.ts";

export const custodyCommand: Command = {
  name: "custody",
  summary: "keys of officers, checkpoints, seals, copies to check, and the journal in readable form",
  group: "custody",
  args: [
    { name: "ACTION", summary: "key, keys, log, checkpoint, add-officer, revoke, due, seal-open or seal-close" },
    { name: "CASE", summary: "case folder (not for key and keys)", optional: true },
    { name: "NAME", summary: "officer to add, key id to revoke, or label of a sealed exhibit", optional: true },
  ],
  flags: [
    { name: "from", value: "SEQ", summary: "log: the first entry to print" },
    { name: "reason", value: "TEXT", summary: "revoke, seal-open, seal-close: why" },
    { name: "on", value: "DATE", summary: "due: the day that is asked about (default: today)" },
    ...sealFlags,
  ],
  help: `  vestige custody key --officer "A. Officer"     make a key of an officer in VESTIGE_HOME
  vestige custody keys                            list the keys in VESTIGE_HOME
  vestige custody log CASE                        print the journal, one line an entry
  vestige custody checkpoint CASE                 sign a checkpoint; keep a copy of the file outside the case
  vestige custody add-officer CASE NAME           let another officer's key sign in the case
  vestige custody revoke CASE KEYID --reason TEXT refuse a key from now on
  vestige custody due CASE [--on 2027-11-21]      list preservation copies, those to be checked first; exits 1 where one is due
  vestige custody seal-open CASE M01 --seal A-0017 --reason "continued imaging" --present "P. Peeters; lawyer" --new-seal A-0018
  vestige custody seal-close CASE M01 --seal A-0019 --reason "end of the day" --present "P. Peeters; lawyer"`,
  run: runCustody,
};

async function runCustody(context: CommandContext): Promise<ExitCode> {
  const [action, folder, name] = context.args;
  const caseArgument = () => openCase(required(folder, "CASE"));
  switch (action) {
    case "key":
      return makeKey(context);
    case "keys":
      return listKeys(context.output);
    case "log":
      return printLog(caseArgument(), context);
    case "checkpoint":
      return makeCheckpointNow(caseArgument(), context);
    case "add-officer":
      return addOfficer(caseArgument(), required(name, "NAME"), context);
    case "revoke":
      return revoke(caseArgument(), required(name, "KEYID"), context);
    case "due":
      return listDue(caseArgument(), context);
    case "seal-open":
      return openSeal(caseArgument(), required(name, "LABEL"), context);
    case "seal-close":
      return closeSeal(caseArgument(), required(name, "LABEL"), context);
    default:
      throw new OperatorError("custody/action", custodySays.unknownAction(escapeForTerminal(action ?? "")));
  }
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new OperatorError("custody/argument", custodySays.argumentMissing(name));
  return value;
}

async function makeKey(context: CommandContext): Promise<ExitCode> {
  const { officer, passphraseFile } = signingFlags(context);
  const name = required(officer ?? undefined, "--officer NAME");
  const passphrase = await readPassphrase({ officer: name, file: passphraseFile, confirm: true });
  const made = createOfficerKey(name, passphrase);
  context.output.line(custodySays.keyMade(context.output.safe(name), made.keyId, made.file));
  showKey(made, null, context.output);
  context.output.summary(exitCodes.done, {});
  return exitCodes.done;
}

function listKeys(output: Output): ExitCode {
  const keys = listOfficerKeys();
  for (const key of keys) {
    output.line(`${key.keyId}  ${output.safe(key.officer)}`);
    showKey(key, null, output);
  }
  output.summary(exitCodes.done, { keys: keys.length });
  return exitCodes.done;
}

function showKey(key: OfficerKey, seq: number | null, output: Output): void {
  const { officer, keyId, publicKey } = key;
  output.event("vestige.key/1", "key", { officer, keyId, publicKey, seq });
}

function printLog(theCase: Case, { flags, output }: CommandContext): ExitCode {
  const journal = openJournal(theCase.paths.root);
  let count = 0;
  for (const { body, hash } of journal.entries(Number(flagText(flags, "from") ?? 0))) {
    const phase = body.phase === "event" ? "" : ` ${body.phase}${body.intent === null ? "" : ` of ${body.intent}`}`;
    const exhibit = body.exhibit === null ? "" : ` ${output.safe(body.exhibit)}`;
    const start = `${String(body.seq).padStart(6)}  ${body.utc}  ${output.safe(body.officer)}`;
    output.line(`${start}  ${output.safe(body.act)}${phase}${exhibit}  ${output.safe(JSON.stringify(body.details))}`);
    output.event("vestige.custody/1", "entry", { ...(body as unknown as Record<string, JsonValue>), hash });
    count++;
  }
  output.summary(exitCodes.done, { entries: count });
  return exitCodes.done;
}

async function makeCheckpointNow(theCase: Case, context: CommandContext): Promise<ExitCode> {
  const { journal, signer } = await openForSigning(theCase, context);
  return closing(journal, () => {
    const { body, hash } = journal.checkpoint(signer);
    const file = checkpointFile(theCase.paths.checkpoints, body.seq);
    context.output.line(custodySays.checkpointMade(body.seq, file));
    context.output.line(`${body.seq}:${body.headHash}`);
    const { seq, headHash, merkleRoot } = body;
    context.output.event("vestige.checkpoint/1", "checkpoint", { seq, headHash, merkleRoot, hash, file });
    context.output.summary(exitCodes.done, {});
  });
}

/** The new officer's key is read from VESTIGE_HOME of this machine; an officer of the case signs. */
async function addOfficer(theCase: Case, name: string, context: CommandContext): Promise<ExitCode> {
  const { officer, keyId, publicKey } = readOfficerKey(name);
  const journal = openJournal(theCase.paths.root);
  const signer = await officerSignerFor(journal, signingFlags(context));
  return closing(journal, () => {
    const officers = [...journal.keys().officers()].filter((key) => key.keyId !== keyId);
    const listed = [...officers, { officer, keyId, publicKey }].map((key) => ({
      name: key.officer,
      keyId: key.keyId,
      publicKey: key.publicKey,
    }));
    const file = { ...theCase.file, officers: listed };
    // Recorded before and not written yet: an interrupted run left it so.
    const again = journal.keys().officerKey(keyId) !== null;
    const details = { key: { officer, keyId, publicKey }, caseFile: registerHash(file) };
    const seq = again ? null : journal.append("key-added", details, signer).seq;
    rewriteCase(theCase, file);
    context.output.line(custodySays.officerAdded(context.output.safe(officer), keyId));
    showKey({ officer, keyId, publicKey }, seq, context.output);
    context.output.summary(exitCodes.done, {});
  });
}

async function revoke(theCase: Case, keyId: string, context: CommandContext): Promise<ExitCode> {
  const journal = openJournal(theCase.paths.root);
  const known = journal.keys().officerKey(keyId);
  if (!known || !journal.keys().isActive(keyId)) {
    throw new OperatorError("custody/key-unknown", custodySays.keyUnknown(escapeForTerminal(keyId)));
  }
  const signer = await officerSignerFor(journal, signingFlags(context));
  return closing(journal, () => {
    const reason = flagText(context.flags, "reason");
    const { seq } = journal.append("key-revoked", { keyId, reason }, signer);
    context.output.line(custodySays.keyRevoked(keyId));
    showKey(known, seq, context.output);
    context.output.summary(exitCodes.done, {});
  });
}

function closing(journal: Journal, work: () => void): ExitCode {
  try {
    work();
    return exitCodes.done;
  } finally {
    journal.close();
  }
}
