/**
 * Examines a unit: a root file and all it contains, depth first, one item at a time. Every item ends in a named state and
 * goes to the sink with its content; children of a bad item cost nothing but themselves.
 */
import type { ByteSource } from "../native-free/bytes/byte-source.ts";
import { isEvidenceError } from "../native-free/model/errors.ts";
import type { Beside, Child, Extractor } from "../native-free/model/extraction.ts";
import { finding, type Finding } from "../native-free/model/findings.ts";
import { pathName, nameBytes, nameFromBytes } from "../native-free/model/forensic-path.ts";
import { childChain, itemId, type KeyChain } from "../native-free/model/item-id.ts";
import { worse, type ItemRow, type Reason, type Status } from "../native-free/model/item.ts";
import type { PreparedContent, Treatment } from "../native-free/model/prepared.ts";
import { hasExtensionMismatch, type TypeResult } from "../native-free/typing/index.ts";
import { ChildSpool, type ContentFacts } from "./child-spool.ts";
import {
  examineContent,
  nameOf,
  type Carvable,
  type ContentLimits,
  type ContentOutcome,
  type ContentWork,
  type Rung,
} from "./examine-content.ts";
import { isMachineFault } from "./machine-fault.ts";
import { UnitBudget, type BudgetLimits } from "./unit-budget.ts";

/** Why an item does not start at the top of the ladder. */
export interface Avoidance {
  readonly rung: Exclude<Rung, "full">;
  readonly reason: Reason;
  readonly finding: Finding;
}

/** Where the results go, in order. Both apply back-pressure. */
export interface UnitSink {
  item(row: ItemRow): Promise<void>;
  content(prepared: PreparedContent): Promise<void>;
}

/** What this thread remembers of a leaf content that it has sent to its sink: no need to parse it again. */
export interface KnownContent {
  readonly status: Status;
  readonly reason: Reason | null;
  readonly type: TypeResult;
}

export interface UnitContext {
  readonly budgets: BudgetLimits;
  readonly limits: ContentLimits;
  /** Items that ended a thread before, by id. */
  readonly avoid: ReadonlyMap<string, Avoidance>;
  readonly sink: UnitSink;
  readonly known: Map<string, KnownContent>;
  /** See `ContentWork`. */
  readonly recall: ContentWork["recall"];
  readonly spoolFile: () => string;
  /** Says which item is being worked on. */
  readonly workOn: (itemId: string) => void;
  readonly beat: () => void;
  readonly onFault: (itemId: string, reader: string, error: unknown) => void;
}

/** An occurrence before its content is looked at. */
export interface Occurrence extends Omit<ItemRow, "status" | "reason" | "content" | "extensionMismatch" | "findings"> {
  readonly chain: KeyChain;
  readonly status: Status;
  readonly reason: Reason | null;
  readonly findings: readonly Finding[];
}

/** The root's content, or null where there is none to look at. */
export interface Readable {
  readonly source: ByteSource;
  readonly facts: ContentFacts;
  /** Files in the same folder. Default: there is none. */
  readonly beside?: Beside | null;
  /** Default: full. */
  readonly treatment?: Treatment;
  /** Where files are looked for where nobody knows what the bytes are; null for nowhere. Default: in the content alone. */
  readonly carvable?: Carvable | null;
}

export interface UnitTotals {
  items: number;
  outcome: { status: Status; reason: Reason | null };
}

const knownLimit = 20_000;
const alone: Carvable = { beyond: null, blockBytes: 0 };

/** Examines a root and everything in it. Throws only for the machine's faults. */
export async function examineUnit(
  root: Occurrence,
  content: Readable | null,
  context: UnitContext,
): Promise<UnitTotals> {
  const unit = new UnitExamination(context, new UnitBudget(context.budgets, content?.source.size ?? 0));
  await unit.examine(root, content);
  return unit.totals;
}

class UnitExamination {
  readonly totals: UnitTotals = { items: 0, outcome: { status: "done", reason: null } };
  readonly #context: UnitContext;
  readonly #budget: UnitBudget;

  constructor(context: UnitContext, budget: UnitBudget) {
    this.#context = context;
    this.#budget = budget;
  }

  async examine(occurrence: Occurrence, content: Readable | null): Promise<void> {
    this.#context.workOn(occurrence.id);
    const findings = [...occurrence.findings];
    let outcome: { status: Status; reason: Reason | null } = occurrence;
    let type: TypeResult | null = null;
    const avoidance = this.#context.avoid.get(occurrence.id);
    if (avoidance?.rung === "recorded") {
      outcome = worse(outcome, { status: "failed", reason: avoidance.reason });
      findings.push(avoidance.finding);
    } else if (content) {
      const known = await this.#contentOrFault(occurrence, content, findings);
      outcome = worse(outcome, known);
      type = known.type;
    }
    const name = occurrence.name.text.slice(occurrence.name.text.lastIndexOf("/") + 1);
    const extensionMismatch = type !== null && occurrence.kind !== "space" && hasExtensionMismatch(type, name);
    if (extensionMismatch) findings.push(finding("type/extension-mismatch", { type: type?.id ?? "" }));
    await this.#emit(occurrence, { ...outcome, findings, extensionMismatch, content: content?.facts.sha256 ?? null });
  }

  async #emit(
    { chain: _chain, ...occurrence }: Occurrence,
    result: Pick<ItemRow, "status" | "reason" | "findings" | "extensionMismatch" | "content">,
  ): Promise<void> {
    const { status, reason, findings, extensionMismatch, content } = result;
    this.totals.items += 1;
    this.totals.outcome = worse(this.totals.outcome, { status, reason });
    await this.#context.sink.item({ ...occurrence, status, reason, findings, extensionMismatch, content });
  }

  /** A mistake of ours outside the readers costs the item, not the run. */
  async #contentOrFault(
    occurrence: Occurrence,
    content: Readable,
    findings: Finding[],
  ): Promise<Omit<KnownContent, "type"> & { type: TypeResult | null }> {
    try {
      return await this.#content(occurrence, content, findings);
    } catch (error) {
      if (isMachineFault(error)) throw error;
      this.#context.onFault(occurrence.id, "engine", error);
      findings.push(finding("engine/fault", { reader: "engine", error: nameOf(error) }));
      return { status: "failed", reason: "fault", type: null };
    }
  }

  /** Parses the content unless this thread has sent it before; children of the occurrence are examined on the way. */
  async #content(occurrence: Occurrence, content: Readable, findings: Finding[]): Promise<KnownContent> {
    const { avoid, known, sink } = this.#context;
    const avoidance = avoid.get(occurrence.id) ?? null;
    const key = `${content.facts.sha256} ${content.treatment ?? "full"} ${content.beside ? "beside" : ""}`;
    const before = avoidance === null ? known.get(key) : undefined;
    if (before) return before;
    const family = new Family(occurrence, this.#budget);
    const result = await this.#examineContent(occurrence, content, avoidance, family);
    findings.push(...family.findings, ...(result.here?.findings ?? []));
    await sink.content(result.prepared);
    const { status, reason } = result.here ? worse(result.prepared.row, result.here.outcome) : result.prepared.row;
    const summary: KnownContent = { status, reason, type: result.type };
    // What is carved may depend on what follows the content.
    const isOfBytes = !result.hasChildren && !result.here && !content.carvable?.beyond;
    if (isOfBytes && avoidance === null) this.#remember(key, summary);
    return family.findings.length > 0
      ? { ...summary, ...worse(summary, { status: "partial", reason: "budget" }) }
      : summary;
  }

  async #examineContent(
    occurrence: Occurrence,
    content: Readable,
    avoidance: Avoidance | null,
    family: Family,
  ): Promise<ContentOutcome> {
    const { limits, spoolFile, recall, beat, onFault } = this.#context;
    return examineContent({
      ...content,
      beside: content.beside ?? null,
      treatment: content.treatment ?? "full",
      carvable: content.carvable === undefined ? alone : content.carvable,
      limits,
      rung: avoidance?.rung ?? "full",
      rungReason: avoidance,
      spoolFile,
      recall,
      beat,
      onChild: async (child, reader) => {
        const goesOn = await this.#child(child, reader, family);
        this.#context.workOn(occurrence.id);
        return goesOn;
      },
      onFault: (reader, error) => onFault(occurrence.id, reader, error),
    });
  }

  #remember(key: string, summary: KnownContent): void {
    const { known } = this.#context;
    if (known.size >= knownLimit) known.delete(known.keys().next().value as string);
    known.set(key, summary);
  }

  /** Examines one child; false where the parent should give no more. */
  async #child(child: Child, reader: Extractor, family: Family): Promise<boolean> {
    if (family.isSpent(this.totals.items)) return false;
    const occurrence = family.occurrenceOf(child, reader);
    if (occurrence.depth > this.#budget.limits.depth) {
      const found = finding("engine/budget-depth", { depth: occurrence.depth, limit: this.#budget.limits.depth });
      await this.examine(
        { ...occurrence, status: "skipped", reason: "budget", findings: [...child.findings, found] },
        null,
      );
      return true;
    }
    if (this.#context.avoid.get(occurrence.id)?.rung === "recorded") {
      await this.examine(occurrence, null);
      return true;
    }
    if ("missing" in child.content) {
      await this.examine({ ...occurrence, ...outcomeOfMissing(child.content.missing) }, null);
      return true;
    }
    return this.#readChild(occurrence, child.content.open, reader, family);
  }

  async #readChild(
    occurrence: Occurrence,
    open: () => AsyncIterable<Uint8Array>,
    reader: Extractor,
    family: Family,
  ): Promise<boolean> {
    this.#context.workOn(occurrence.id);
    const spool = new ChildSpool(this.#context.spoolFile);
    const findings = [...occurrence.findings];
    let outcome: { status: Status; reason: Reason | null } = occurrence;
    let goesOn = true;
    try {
      for await (const piece of open()) {
        this.#context.beat();
        spool.add(piece);
        const broken = this.#budget.takeBytes(piece.length);
        if (broken === null) continue;
        findings.push(finding(broken, { limit: this.#budget.limitOf(broken) }));
        family.spend(broken);
        outcome = worse(outcome, { status: "partial", reason: "budget" });
        goesOn = false;
        break;
      }
    } catch (error) {
      const status = spool.size > 0 ? "partial" : "failed";
      if (isEvidenceError(error)) {
        findings.push(finding(error.code, error.params));
        outcome = worse(outcome, { status, reason: "damaged" });
      } else if (isMachineFault(error)) {
        spool.discard();
        throw error;
      } else {
        this.#context.onFault(occurrence.id, reader.id, error);
        findings.push(finding("engine/fault", { reader: reader.id, error: nameOf(error) }));
        outcome = worse(outcome, { status, reason: "fault" });
      }
    }
    const { source, close } = spool.open(occurrence.path);
    try {
      const readable = spool.size > 0 || outcome.status === "done" ? { source, facts: spool.facts() } : null;
      await this.examine({ ...occurrence, ...outcome, size: occurrence.size ?? spool.size, findings }, readable);
    } finally {
      close();
    }
    return goesOn;
  }
}

function contentClaimOf({ content, origin }: Child): Occurrence["contentClaim"] {
  if ("missing" in content && content.missing === "none") return "none";
  return origin === "carved" ? "unallocated" : "allocated";
}

function outcomeOfMissing(missing: Reason | "none"): { status: Status; reason: Reason | null } {
  if (missing === "none") return { status: "done", reason: null };
  return { status: missing === "symlink" || missing === "special" ? "skipped" : "failed", reason: missing };
}

/** The children of one occurrence: their paths and ids, and what the budget cut off. */
class Family {
  readonly findings: Finding[] = [];
  readonly #parent: Occurrence;
  readonly #budget: UnitBudget;
  readonly #paths = new Set<string>();

  constructor(parent: Occurrence, budget: UnitBudget) {
    this.#parent = parent;
    this.#budget = budget;
  }

  /** True, with a finding for the parent, where the unit holds too many items already. */
  isSpent(items: number): boolean {
    if (items < this.#budget.limits.entries) return false;
    this.spend("engine/budget-entries");
    return true;
  }

  spend(code: Parameters<UnitBudget["limitOf"]>[0]): void {
    this.findings.push(finding(code, { limit: this.#budget.limitOf(code) }));
  }

  occurrenceOf(child: Child, reader: Extractor): Occurrence {
    const chain = childChain(this.#parent.chain, reader.id, child.key);
    return {
      chain,
      id: itemId(chain),
      parent: this.#parent.id,
      path: this.#pathOf(child),
      name: child.name,
      kind: child.kind,
      nameClaim: child.origin === "entry" ? "allocated" : "none",
      contentClaim: contentClaimOf(child),
      origin: child.origin,
      status: "done",
      reason: null,
      size: child.size,
      depth: this.#parent.depth + 1,
      times: child.times,
      findings: child.findings,
    };
  }

  /** `parent!/a/b`; a name that occurred before carries its key. */
  #pathOf(child: Child): string {
    const parts = splitName(nameBytes(child.name));
    const names = parts.map((part) => pathName(nameFromBytes(part)));
    const path = `${this.#parent.path}!/${names.join("/")}`;
    if (!this.#paths.has(path)) {
      this.#paths.add(path);
      return path;
    }
    names[names.length - 1] = pathName(nameFromBytes(parts[parts.length - 1]), child.key);
    return `${this.#parent.path}!/${names.join("/")}`;
  }
}

/** The bytes between slashes; one trailing slash (a directory's) does not count. */
function splitName(bytes: Uint8Array): Uint8Array[] {
  const end = bytes.length > 1 && bytes[bytes.length - 1] === 0x2f ? bytes.length - 1 : bytes.length;
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= end; at++) {
    if (at < end && bytes[at] !== 0x2f) continue;
    parts.push(bytes.subarray(start, at));
    start = at + 1;
  }
  return parts;
}
