/** Rows of the made-up case as the engine's threads hand them to the writer: text collected, folded and compressed by their own code. */
import { createHash } from "node:crypto";
import type { EntityRow, Field, ItemRow } from "../../../native-free/model/item.ts";
import { folderChain, itemId } from "../../../native-free/model/item-id.ts";
import type { PreparedContent } from "../../../native-free/model/prepared.ts";
import { TextCollector } from "../../../workers/text-collector.ts";
import {
  contentOf,
  contentTraits,
  holds,
  identifierOf,
  isFolder,
  itemTraits,
  plantedIdentifiers,
  type ContentTraits,
  type Plan,
} from "./plan.ts";

const digest = (algorithm: string, plan: Plan, content: number): string =>
  createHash(algorithm).update(`vestige bench ${plan.seed} ${content}`).digest("hex");

/** The hash under which a content goes: of its number, not of its text, which is hashed elsewhere. */
export const sha256Of = (plan: Plan, content: number): string => digest("sha256", plan, content);

export function itemRowOf(plan: Plan, item: number): ItemRow {
  const content = contentOf(plan, item);
  const about = content === null ? null : contentTraits(plan, content);
  const { standing, status, modified, isMisnamed, path, name } = itemTraits(plan, item, about?.type.extension ?? "");
  const born = new Date(modified - 86_400_000 * (1 + (item % 400)));
  return {
    id: itemId(folderChain(Buffer.from(path))),
    parent: null,
    path,
    name: { text: name, bytes: null },
    kind: isFolder(item) ? "directory" : "file",
    nameClaim: standing.nameClaim,
    contentClaim: standing.state === "allocated" ? "allocated" : "unallocated",
    origin: standing.origin,
    status,
    reason: status === "done" ? null : "damaged",
    size: about?.size ?? null,
    content: content === null ? null : sha256Of(plan, content),
    extensionMismatch: isMisnamed,
    depth: 0,
    times: [
      { kind: "m", value: new Date(modified).toISOString(), zone: "utc", source: "stat" },
      { kind: "b", value: born.toISOString(), zone: "utc", source: "stat" },
    ],
    findings: [],
  };
}

function fieldsOf({ author, hasTitle }: ContentTraits, content: number): Field[] {
  const fields: Field[] = [];
  if (author !== null) fields.push({ name: "author", value: author, source: "docProps/core.xml" });
  if (hasTitle) fields.push({ name: "title", value: `Report ${content} of the quarter`, source: "docProps/core.xml" });
  return fields;
}

/** `text` is that of the content; null for none. */
export function contentRowOf(plan: Plan, content: number, text: string | null): PreparedContent {
  const about = contentTraits(plan, content);
  const collector = new TextCollector(Number.MAX_SAFE_INTEGER, noSpool);
  if (text !== null) collector.add(text, null);
  const { blocks, textSha256, sketch } = collector.finish();
  return {
    row: {
      sha256: sha256Of(plan, content),
      sha1: digest("sha1", plan, content),
      md5: digest("md5", plan, content),
      size: about.size,
      type: about.type.type,
      mime: about.type.mime,
      category: about.type.category,
      charset: "utf-8",
      language: about.languageCode,
      entropy: 4.25,
      status: "done",
      reason: null,
      textKind: text === null ? "none" : "text",
      textSha256,
      fields: fieldsOf(about, content),
      findings: [],
      entities: text === null ? [] : entitiesOf(plan, content, text),
    },
    treatment: "full",
    share: "anywhere",
    similar: { sketch: sketch ? new Uint8Array(sketch.buffer) : null, ssdeep: null, tlsh: null },
    blocks,
    spooled: null,
  };
}

function noSpool(): string {
  throw new Error("no text of this benchmark is long enough for a spool file");
}

function entitiesOf(plan: Plan, content: number, text: string): EntityRow[] {
  return plantedIdentifiers
    .filter((each) => holds(each, content))
    .map(({ kind }) => {
      const value = identifierOf(plan, kind, content);
      return { kind, value, quality: "valid", block: 0, offset: text.indexOf(value), length: value.length };
    });
}
