/** Rows as lines of text: values apart by tabs, blobs as the characters that they hold. */
import { MemorySource } from "../../bytes/byte-source.ts";
import { extractStrings } from "../strings.ts";
import type { Value } from "./record-values.ts";

/** A blob that is text throughout is given whole, of others what can be read. */
export function blobText(blob: Uint8Array): string {
  if (blob.length === 0) return "";
  const text = Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString("utf8");
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/.test(text)) return text;
  return [...extractStrings(new MemorySource(blob))].join("").trimEnd().replaceAll("\n", " ");
}

/** The line of a row; empty where no value says anything. */
export function rowLine(values: readonly Value[]): string {
  let line = "";
  for (const value of values) {
    if (value !== null) line += typeof value === "string" ? value : blobText(value);
    line += "\t";
  }
  return line.trimEnd();
}
