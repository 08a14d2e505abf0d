/**
 * Anchors: what was kept of a checkpoint outside the case. A checkpoint file, a report that carries one, or the two values
 * that a paper report prints (`SEQ:HEADHASH`).
 */
import { readFileSync, statSync } from "node:fs";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { custodySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";

export interface Anchor {
  readonly seq: number;
  /** Hex. */
  readonly headHash: string;
  /** Hash (hex) of the genesis entry; null where a paper copy does not show it. */
  readonly genesis: string | null;
  /** The signed checkpoint; null for values typed from paper. */
  readonly checkpoint: Checkpoint | null;
}

export function anchorOf(checkpoint: Checkpoint): Anchor {
  const { seq, headHash, genesis } = checkpoint.body;
  return { seq, headHash, genesis, checkpoint };
}

const limitBytes = 256 * 1024 * 1024;

/** Reads `FILE` or `SEQ:HEADHASH`. Throws OperatorError. */
export function readAnchor(text: string): Anchor {
  const typed = /^(\d{1,15}):([0-9a-fA-F]{64})$/.exec(text.replaceAll(" ", ""));
  if (typed)
    return { seq: Number(typed[1]), headHash: String(typed[2]).toLowerCase(), genesis: null, checkpoint: null };
  let content: string;
  try {
    if (statSync(text).size > limitBytes) throw Object.assign(new Error("too large"), { code: "too large" });
    content = readFileSync(text, "utf8");
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("custody/anchor", custodySays.anchorUnreadable(text, problem));
  }
  const checkpoint = parseCheckpoint(content) ?? checkpointInReport(content);
  if (!checkpoint) throw new OperatorError("custody/anchor", custodySays.anchorUnreadable(text, "no checkpoint"));
  return anchorOf(checkpoint);
}

/** The checkpoint at `content.checkpoint` of a report's JSON. */
function checkpointInReport(content: string): Checkpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return null;
  }
  const checkpoint = (value as { content?: { checkpoint?: unknown } } | null)?.content?.checkpoint;
  return checkpoint === undefined ? null : parseCheckpoint(canonicalJson(checkpoint));
}
