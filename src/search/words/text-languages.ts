/** The languages of the texts of a work file. */
import { contentState } from "../../case/schema.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { stemLanguages } from "./stem-languages.ts";

/** ISO 639 codes of texts whose words are brought to no stems: `stem:` finds the word itself in them. Sorted. */
export function languagesWithoutStems(reader: WorkFileReader): string[] {
  const rows = reader.select<{ language: string }>(
    `SELECT DISTINCT language FROM content WHERE state = ${contentState.complete} AND language IS NOT NULL ORDER BY language`,
  );
  return rows.map(({ language }) => language).filter((language) => !stemLanguages.includes(language));
}
