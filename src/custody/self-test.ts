/** The start-up self-test: known answers and two implementations against each other. The caller records the result. */
import {
  agreementChecks,
  canonicalJsonChecks,
  ed25519Checks,
  kernelHashes,
  knownAnswerChecks,
  merkleChecks,
  nodeHashes,
  wasmHashes,
  type HashProvider,
  type SelfCheck,
} from "../../native-free/hash/self-test.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { custodySays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";

export interface SelfTestResult {
  readonly ok: boolean;
  readonly checks: readonly SelfCheck[];
  /** Names of the checks that failed. */
  readonly failed: readonly string[];
  readonly durationMs: number;
  readonly node: string;
  readonly openssl: string;
}

/** Runs every check; takes some tens of milliseconds. `first` and `second` are replaced by tests alone. */
export async function selfTest(first: HashProvider = nodeHashes, second?: HashProvider): Promise<SelfTestResult> {
  const start = performance.now();
  const other = second ?? (await wasmHashes());
  const checks = [
    ...knownAnswerChecks(first),
    ...knownAnswerChecks(other),
    ...knownAnswerChecks(kernelHashes),
    ...agreementChecks(first, other),
    ...agreementChecks(kernelHashes, first),
    ...agreementChecks(kernelHashes, other),
    ...ed25519Checks(),
    ...canonicalJsonChecks(),
    ...merkleChecks(),
  ];
  const failed = checks.filter((check) => !check.ok).map((check) => check.name);
  return {
    ok: failed.length === 0,
    checks,
    failed,
    durationMs: Math.round(performance.now() - start),
    node: process.versions.node,
    openssl: process.versions.openssl,
  };
}

/** What the journal's `selftest` entry holds. */
export function selfTestDetails(result: SelfTestResult): JsonObject {
  const { ok, failed, durationMs, node, openssl } = result;
  return { ok, checks: result.checks.length, failed: [...failed], durationMs, node, openssl };
}

/** Throws OperatorError (exit 3) where the self-test failed: nothing may be done with such a program or machine. */
export function requireSelfTest(result: SelfTestResult): void {
  if (result.ok) return;
  throw new OperatorError("custody/selftest", custodySays.selfTestFailed(result.failed.join(", ")), exitCodes.fault);
}
