/** Registers an exhibit: the intake form, recorded in the journal before it is written. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import {
  caseFormat,
  checkNewLabel,
  registerHash,
  writeExhibit,
  type Case,
  type ExhibitFile,
} from "../case/case-folder.ts";
import type { Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export type IntakeForm = Omit<ExhibitFile, "format" | "label" | "photos" | "registered"> & {
  /** Photographs to be recorded by hash; they stay where they are. */
  readonly photoFiles: readonly string[];
};

/** Throws OperatorError for a bad or taken label and for unreadable photographs. */
export async function registerExhibit(
  theCase: Case,
  label: string,
  form: IntakeForm,
  custody: { readonly journal: Journal; readonly signer: Signer },
): Promise<ExhibitFile> {
  checkNewLabel(theCase, label);
  const { photoFiles, ...facts } = form;
  const exhibit: ExhibitFile = {
    format: caseFormat,
    label,
    ...facts,
    photos: await Promise.all(photoFiles.map(photoOf)),
    registered: new Date().toISOString(),
  };
  const details = { form: exhibit, sha256: registerHash(exhibit) };
  custody.journal.append("intake", details, custody.signer, { exhibit: label });
  writeExhibit(theCase, exhibit);
  return exhibit;
}

async function photoOf(file: string): Promise<ExhibitFile["photos"][number]> {
  try {
    const digest = createHash("sha256");
    for await (const piece of createReadStream(file)) digest.update(piece as Buffer);
    return { file: basename(file), sha256: digest.digest("hex"), size: statSync(file).size };
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("case/unreadable", caseSays.unreadable(file, problem));
  }
}
