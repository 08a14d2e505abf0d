/** Attachments of MAPI messages (MS-OXCMSG 2.2.2): their names, times and the way in which they are kept. */
import type { ItemTime } from "../model/item.ts";
import type { PropertyBag } from "./properties.ts";

/** MS-OXCMSG 2.2.2.9. */
export const attachMethod = { none: 0, value: 1, reference: 2, webReference: 7, embedded: 5, storage: 6 } as const;

export interface AttachmentFacts {
  readonly name: string | null;
  /** A value of `attachMethod`, or another number that a writer used. */
  readonly method: number;
  /** Where it lies, of attachments that are only pointed to; else the path that it had. */
  readonly path: string | null;
  readonly times: readonly ItemTime[];
}

const extensionOf = (type: string | null): string => {
  const found = /^(?:image|text|application)\/(png|jpeg|gif|pdf|html|rtf)$/i.exec(type ?? "")?.[1]?.toLowerCase();
  return found === undefined ? "" : `.${found}`;
};

export function attachmentFacts(bag: PropertyBag): AttachmentFacts {
  const name = bag.text(0x3707) ?? bag.text(0x3704) ?? bag.text(0x3001);
  const method = bag.number(0x3705) ?? attachMethod.value;
  const type = extensionOf(bag.text(0x370e));
  const named = name ?? (bag.text(0x3712) === null ? null : `${bag.text(0x3712)!.replaceAll(/[<>]/g, "")}${type}`);
  const times: ItemTime[] = [];
  const [created, modified] = [bag.text(0x3007), bag.text(0x3008)];
  if (created !== null) times.push({ kind: "b", value: created, zone: "utc", source: "mapi" });
  if (modified !== null) times.push({ kind: "m", value: modified, zone: "utc", source: "mapi" });
  return { name: named?.trim() ?? null, method, path: bag.text(0x370d) ?? bag.text(0x3708), times };
}
