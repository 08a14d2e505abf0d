/** Findings of what is encrypted or protected. */
import type { FindingKind } from "./findings.ts";

export const cryptoFindings = {
  "crypto/unlocked": {
    severity: "note",
    text: "It was opened with password {number} of the case's list ({method}).",
    advice: "The custody journal holds an entry of it.",
  },
  "crypto/no-password-fits": {
    severity: "loss",
    text: "None of the {tried} passwords of the case opens it ({method}).",
    advice: "Add the password to the case's list and process again.",
  },
} as const satisfies Record<string, FindingKind>;
