/**
 * Makes `small-journal.json`: a journal with fixed keys and clock, every kind of entry about keys, a session, a checkpoint.
 * Run with `node test/src/custody/vectors/make.ts > test/src/custody/vectors/small-journal.json` when the format version
 * changes, and only then.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJournal } from "../../../../src/custody/journal.ts";
import type { JsonValue } from "../../../../native-free/model/canonical-json.ts";
import { domains, signDocument } from "../../../../src/custody/document.ts";
import { delegationId } from "../../../../src/custody/signer.ts";
import type { DelegationBody, SignedDelegation, Signer } from "../../../../src/custody/signer.ts";
import { fixedSigner } from "../signers.ts";

export interface SmallJournal {
  /** Secret keys (hex) by officer; test keys, worth nothing. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly publicKeys: Readonly<Record<string, string>>;
  /** Lines of journal.jsonl without line feeds. */
  readonly lines: readonly string[];
  /** File name and text of the checkpoint. */
  readonly checkpoint: { readonly name: string; readonly text: string };
  /** A manifest and a report, signed by the session and by the officer. */
  readonly documents: Readonly<Record<string, JsonValue>>;
}

const caseId = "7d0c7d3e-7c53-4f0e-9b57-2f0b8a4f6f5e";
const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);

function sessionOf(officer: Signer): Signer {
  const session = fixedSigner(officer.officer, 3);
  const body: DelegationBody = {
    v: 1,
    caseId,
    officer: officer.officer,
    officerKey: officer.keyId,
    sessionKey: session.keyId,
    publicKey: session.publicKey,
    from: new Date(startMs).toISOString(),
    until: new Date(startMs + 3_600_000).toISOString(),
  };
  return { ...session, delegation: signDocument(domains.delegation, body, officer) as unknown as SignedDelegation };
}

export function makeSmallJournal(): SmallJournal {
  const dir = mkdtempSync(join(tmpdir(), "vestige-vector-"));
  const ana = fixedSigner("Ana Novák", 1);
  const ben = fixedSigner("Ben Ó Briain", 2);
  const session = sessionOf(ana);
  let tick = 0;
  const clock = {
    utcMs: () => startMs + tick * 1000,
    monotonicNs: () => BigInt(++tick) * 1_000_000_000n,
    zone: () => "+01:00 Europe/Brussels",
  };
  const options = {
    clock,
    tool: { name: "vestige", version: "0.1.0", build: "0".repeat(32) },
    host: "bench",
    pid: 4711,
  };
  try {
    const { officer, keyId, publicKey } = ana;
    const officers = [{ officer, keyId, publicKey }];
    const journal = createJournal(dir, { caseId, caseNumber: "2026-0042", officers }, ana, options);
    const added = { officer: ben.officer, keyId: ben.keyId, publicKey: ben.publicKey };
    journal.append("key-added", { key: added }, ana);
    journal.append("login", { delegation: session.delegation as never, delegationId: idOf(session) }, ana);
    const act = journal.begin("acquire", { source: { text: "Müller/€ 😀\u0001", bytes: null } }, session, {
      exhibit: "M01",
    });
    act.done({ files: 3, bytes: "9007199254740993", ratio: 0.5, tiny: 1e-7 });
    journal.append("logout", { delegationId: idOf(session) }, session);
    const checkpoint = journal.checkpoint(ben);
    journal.append("key-revoked", { keyId: ana.keyId, reason: "lost" }, ben);
    const name = `${String(checkpoint.body.seq).padStart(10, "0")}.json`;
    const manifest = { caseId, exhibit: "M01", files: { file: "files.jsonl", lines: 0, root: "", sha256: "" } };
    return {
      secrets: { [ana.officer]: "01".repeat(32), [ben.officer]: "02".repeat(32), session: "03".repeat(32) },
      publicKeys: { [ana.officer]: ana.publicKey, [ben.officer]: ben.publicKey, session: session.publicKey },
      lines: readFileSync(join(dir, "custody", "journal.jsonl"), "utf8")
        .trimEnd()
        .split("\n"),
      checkpoint: { name, text: readFileSync(join(dir, "custody", "checkpoints", name), "utf8") },
      documents: {
        manifest: signDocument(domains.manifest, manifest, session),
        report: signDocument(domains.report, { kind: "custody", caseId }, ana),
      },
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function idOf(session: Signer): string {
  return delegationId(session.delegation as SignedDelegation);
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(makeSmallJournal(), null, 2)}\n`);
