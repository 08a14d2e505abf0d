/** Runs an extractor to its end and sorts what it said. */
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import type { Extraction, ExtractContext } from "../../../native-free/model/extraction.ts";

export const context: ExtractContext = {
  wholeLimitBytes: 1 << 26,
  textLimitChars: 1 << 26,
  passwords: [],
  beside: null,
};

export interface Gathered {
  /** Text without label, in order. */
  readonly text: string;
  readonly labelled: Readonly<Record<string, string>>;
  readonly fields: readonly (readonly [string, string])[];
  readonly findings: readonly (readonly [string, Readonly<Record<string, string | number>>])[];
  readonly charset: string | null;
  readonly language: string | null;
  readonly statuses: readonly string[];
}

export async function gather(extractions: AsyncIterable<Extraction>): Promise<Gathered> {
  let text = "";
  let charset: string | null = null;
  let language: string | null = null;
  const labelled: Record<string, string> = {};
  const fields: [string, string][] = [];
  const findings: [string, Readonly<Record<string, string | number>>][] = [];
  const statuses: string[] = [];
  for await (const extraction of extractions) {
    if (extraction.what === "text" && extraction.label === null) text += extraction.text;
    else if (extraction.what === "text")
      labelled[extraction.label!] = (labelled[extraction.label!] ?? "") + extraction.text;
    else if (extraction.what === "field") fields.push([extraction.name, extraction.value]);
    else if (extraction.what === "finding") findings.push([extraction.finding.code, extraction.finding.params]);
    else if (extraction.what === "charset") charset = extraction.charset;
    else if (extraction.what === "language") language = extraction.language;
    else if (extraction.what === "status") statuses.push(`${extraction.status}: ${extraction.reason}`);
  }
  return { text, labelled, fields, findings, charset, language, statuses };
}

export function sourceOf(bytes: Uint8Array | string): MemorySource {
  return new MemorySource(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
}
