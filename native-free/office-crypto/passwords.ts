/** Tries the passwords of the case on a protected document, and says how it went. */
import { Buffer } from "node:buffer";
import type { Extraction } from "../model/extraction.ts";
import { finding } from "../model/findings.ts";

/** What programs use where nobody gave a password, so that a protected workbook or presentation opens without asking. */
export const defaultPassword = { excel: "VelvetSweatshop", powerPoint: "/01Hannes Ruescher/01" } as const;

/** Bytes of a password as the formats hash it. */
export function utf16(password: string): Buffer {
  return Buffer.from(password, "utf16le");
}

export interface Attempt<Key> {
  /** Null where no password fits. */
  readonly key: Key | null;
  /** Findings, and a status where nothing fits. */
  readonly notes: readonly Extraction[];
}

/** The first password that fits, the program's own first; `method` is a short technical word. */
export function tryPasswords<Key>(
  passwords: readonly string[],
  method: string,
  open: (password: string) => Key | null,
  byDefault: string = defaultPassword.excel,
): Attempt<Key> {
  const own = open(byDefault);
  if (own !== null) return { key: own, notes: [noted("office/default-password", { method })] };
  for (const [index, password] of passwords.entries()) {
    const key = open(password);
    if (key !== null) return { key, notes: [noted("crypto/unlocked", { number: index + 1, method })] };
  }
  const notes = [noted("office/encrypted", { method })];
  if (passwords.length > 0) notes.push(noted("crypto/no-password-fits", { tried: passwords.length, method }));
  return { key: null, notes: [...notes, { what: "status", status: "failed", reason: "encrypted" }] };
}

function noted(code: string, params: Record<string, string | number>): Extraction {
  return { what: "finding", finding: finding(code, params) };
}
