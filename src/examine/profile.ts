/**
 * The profile: everything that changes results, in one versioned file with its defaults here. Its SHA-256 stands in the
 * journal, the run and the report. What only concerns the machine (workers, memory, time) is a flag, never profile.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { z } from "zod";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { tokenizerVersion } from "../../native-free/model/fold.ts";
import type { CasePaths } from "../case/case-folder.ts";
import { readJsonFile, writeAtomically } from "../case/atomic-file.ts";
import { runSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { ocrLanguages, type OcrLanguageCode } from "./later/languages.ts";

const positive = z.number().int().positive();

const profileShape = z.strictObject({
  format: z.literal(1),
  budgets: z
    .strictObject({
      depth: positive.default(32),
      entries: positive.default(1_000_000),
      outputBytes: positive.default(64 * 2 ** 30),
      ratio: positive.default(250),
      ratioFloorBytes: positive.default(256 * 2 ** 20),
      /** Identifiers of one content. */
      entities: positive.default(250_000),
      /** UTF-16 units of one content. */
      textChars: positive.default(2 ** 30),
      /** Largest content that libraries may read whole into memory. */
      wholeBytes: positive.default(512 * 2 ** 20),
    })
    .prefault({}),
  /** Whether identifiers are looked for. */
  entities: z.boolean().default(true),
  /** Whether files are carved out of bytes that nobody knows how to read. */
  carving: z.boolean().default(true),
  /** Ids of watch-lists of the product that are looked for beside those in the case's folder `lists`. */
  lists: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/)).default([]),
  /** Recognition of text in pictures and scanned pages, after everything else. */
  ocr: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Models that may be chosen for a page, by the codes of Tesseract; the first one is tried first. */
      languages: z
        .array(z.enum(Object.keys(ocrLanguages) as [OcrLanguageCode, ...OcrLanguageCode[]]))
        .min(1)
        .default(Object.keys(ocrLanguages) as OcrLanguageCode[]),
      /** Pages below it, of 100, are on the list of those to be looked at. */
      minConfidence: z.number().int().min(0).max(100).default(60),
      /** Pages of one content. */
      pages: positive.default(1000),
      /** Pixels to which a page is reduced. */
      pixels: positive.default(25_000_000),
    })
    .prefault({}),
  pictures: z
    .strictObject({
      thumbnails: z.boolean().default(true),
      hashes: z.boolean().default(true),
      barcodes: z.boolean().default(true),
      /** Pixels of the largest picture that is decoded. */
      pixels: positive.default(200_000_000),
    })
    .prefault({}),
  /** Contents of which ssdeep and TLSH values are made: by category of their type, up to a size in bytes. */
  fuzzyHashes: z
    .strictObject({
      categories: z.array(z.string()).default(["documents", "spreadsheets", "presentations", "executables"]),
      limitBytes: positive.default(32 * 2 ** 20),
    })
    .prefault({}),
  strings: z.strictObject({ minLength: positive.default(6) }).prefault({}),
  /** Version of fold and token rules; a work file made with another one cannot be searched together with it. */
  tokenizer: z.union([z.string(), z.number()]).default(tokenizerVersion),
});

export type Profile = z.infer<typeof profileShape>;

export const defaultProfile: Profile = profileShape.parse({ format: 1 });

/** The case's profile; written with the defaults where there is none yet. Throws OperatorError for a malformed one. */
export function readProfile(paths: CasePaths): Profile {
  if (!existsSync(paths.profile)) {
    writeAtomically(paths.profile, `${JSON.stringify(defaultProfile, null, 2)}\n`);
    return defaultProfile;
  }
  const parsed = profileShape.safeParse(readJsonFile(paths.profile));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const problem = issue ? `${issue.path.join(".")}: ${issue.message}` : "unknown shape";
  throw new OperatorError("profile/damaged", runSays.profileDamaged(paths.profile, problem));
}

/** SHA-256 (hex) of the canonical profile, with the hashes of the watch-lists by id where some are looked for: they change results as well. */
export function profileHash(profile: Profile, lists: readonly { id: string; sha256: string }[] = []): string {
  const watched = Object.fromEntries(lists.map(({ id, sha256 }) => [id, sha256]));
  const all = lists.length === 0 ? profile : { ...profile, watchLists: watched };
  return createHash("sha256").update(canonicalJson(all)).digest("hex");
}
