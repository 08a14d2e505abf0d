/**
 * The kinds of error that are exceptions. Identity is `code`, since classes do not survive thread cloning.
 * A *finding* is a value, not an exception; a *fault* is any other exception and is ours.
 */
import type { FindingParams } from "./findings.ts";

/** A structure of the evidence cannot be read further. Caught at one place per unit and turned into its finding. */
export class EvidenceError extends Error {
  readonly kind = "evidence";
  /** A registered finding code. */
  readonly code: string;
  readonly params: FindingParams;

  constructor(code: string, params: FindingParams = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

export function isEvidenceError(error: unknown): error is EvidenceError {
  return (error as { kind?: unknown } | null)?.kind === "evidence";
}
