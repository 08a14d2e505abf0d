/** `vestige custody seal-open` and `seal-close`: the opening of a seal or envelope, and the seal put on afterwards. */
import { basename } from "node:path";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { readExhibit, type Case } from "../case/case-folder.ts";
import { sha256Hex, type Journal } from "../custody/journal.ts";
import { bytesOf } from "../custody/readable.ts";
import { sealActs, sealsOf, type SealDetails } from "../custody/seals.ts";
import { sealSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { flagList, flagText, type CommandContext, type Flag } from "./command.ts";
import { openForSigning } from "./open-for-signing.ts";

export const sealFlags: readonly Flag[] = [
  {
    name: "seal",
    value: "NUMBER",
    summary: "seal-open: the seal that was opened; seal-close: the one that was put on",
  },
  { name: "new-seal", value: "NUMBER", summary: "seal-open: the seal that was put on afterwards" },
  { name: "present", value: "TEXT", repeat: true, summary: 'seal-open, seal-close: who was there, "NAME; ROLE"' },
  { name: "at", value: "TIME", summary: "seal-open, seal-close: when, with zone (default: the time of the entry)" },
  { name: "photo", value: "FILE", repeat: true, summary: "seal-open, seal-close: photograph, recorded by its hash" },
];

/** Throws OperatorError: an unknown or open seal, a number that is taken, a missing reason or nobody present. */
export async function openSeal(theCase: Case, label: string, context: CommandContext): Promise<ExitCode> {
  readExhibit(theCase, label);
  const newSeal = flagText(context.flags, "new-seal")?.trim() || null;
  const details = { ...saidIn(context), newSeal };
  return recording(theCase, context, label, sealActs.open, details, (journal) => {
    const seals = sealsOf(journal.entries());
    const closed = seals.filter(({ exhibit, opened }) => exhibit === label && opened === null);
    const { safe } = context.output;
    if (!closed.some(({ seal }) => seal === details.seal)) {
      const known = closed.map(({ seal }) => safe(seal));
      throw new OperatorError("seal/not-closed", sealSays.notClosed(label, safe(details.seal), known));
    }
    if (newSeal !== null && seals.some(({ seal }) => seal === newSeal)) {
      throw new OperatorError("seal/taken", sealSays.taken(safe(newSeal)));
    }
    return sealSays.opened(safe(details.seal), label, newSeal === null ? null : safe(newSeal));
  });
}

/** Throws OperatorError: a number that is taken, a missing reason or nobody present. */
export async function closeSeal(theCase: Case, label: string, context: CommandContext): Promise<ExitCode> {
  readExhibit(theCase, label);
  const details = saidIn(context);
  return recording(theCase, context, label, sealActs.close, details, (journal) => {
    const { safe } = context.output;
    if (sealsOf(journal.entries()).some(({ seal }) => seal === details.seal)) {
      throw new OperatorError("seal/taken", sealSays.taken(safe(details.seal)));
    }
    return sealSays.closed(safe(details.seal), label);
  });
}

/** `check` throws where the journal forbids it, and gives the sentence for afterwards. */
async function recording(
  theCase: Case,
  context: CommandContext,
  label: string,
  act: string,
  details: SealDetails & { readonly newSeal?: string | null },
  check: (journal: Journal) => string,
): Promise<ExitCode> {
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const sentence = check(journal);
    const { seq } = journal.append(act, details as unknown as JsonObject, signer, { exhibit: label });
    const { output } = context;
    output.line(sentence);
    output.event("vestige.seal/1", act, { exhibit: label, seq, ...details });
    output.summary(exitCodes.done, {});
    return exitCodes.done;
  } finally {
    journal.close();
  }
}

const momentPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/;

function saidIn({ flags, output }: CommandContext): SealDetails {
  const needed = (name: string): string => {
    const value = flagText(flags, name)?.trim();
    if (!value) throw new OperatorError("seal/missing", sealSays.missing(`--${name}`));
    return value;
  };
  const at = flagText(flags, "at");
  if (at !== null && (!momentPattern.test(at) || Number.isNaN(Date.parse(at)))) {
    throw new OperatorError("seal/time", sealSays.badTime(output.safe(at)));
  }
  const present = flagList(flags, "present").map((value) => {
    const [name, role, ...rest] = value.split(";").map((part) => part.trim());
    if (!name || rest.length > 0) throw new OperatorError("seal/present", sealSays.badPerson(output.safe(value)));
    return { name, role: role || null };
  });
  if (present.length === 0) throw new OperatorError("seal/missing", sealSays.missing("--present"));
  const photos = flagList(flags, "photo").map(photoOf);
  return { seal: needed("seal"), reason: needed("reason"), at, present, photos };
}

function photoOf(file: string): SealDetails["photos"][number] {
  const bytes = bytesOf(file);
  if (bytes === null) throw new OperatorError("seal/photo", sealSays.photoAbsent(file));
  return { file: basename(file).toWellFormed(), size: bytes.length, sha256: sha256Hex(bytes) };
}
