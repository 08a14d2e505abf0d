/** 128-bit identifiers as text, lower case with hyphens. */
import { Buffer } from "node:buffer";

/** Where the bytes of the text lie in a GUID of Microsoft, whose first three groups are little-endian (MS-DTYP 2.3.4.2). */
const mixedOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** Of 16 bytes in the order of the text (RFC 9562, section 4). */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Of 16 bytes whose first three groups are little-endian. */
export function mixedGuidText(bytes: Uint8Array): string {
  return uuidText(Uint8Array.from(mixedOrder, (at) => bytes[at] ?? 0));
}

export const nilGuid = "00000000-0000-0000-0000-000000000000";
