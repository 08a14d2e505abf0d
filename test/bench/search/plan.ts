/**
 * What the made-up case holds, as functions of a seed and a number: which items there are, which contents they have, and what
 * stands where. Nothing is drawn in sequence, so that threads make it in parts, and whoever checks an answer can count without
 * reading anything.
 */
import type { NameClaim, Origin, State, Status } from "../../../native-free/model/item.ts";
import { languageModels } from "./languages.ts";
import { Dice } from "./vocabulary.ts";

export interface Plan {
  readonly seed: number;
  readonly items: number;
  /** UTF-8 bytes of all texts together, about; 0 for items without text. */
  readonly textBytes: number;
}

/** Of 50 items five are duplicates and one is a folder. */
const cycle = 50;
const isDuplicate = (item: number): boolean => item % 10 === 9;
export const isFolder = (item: number): boolean => item % cycle === 48;
const newPerCycle = cycle - 5 - 1;

/** Contents that the items before this one brought. */
export function contentsBefore(item: number): number {
  const rest = item % cycle;
  const folders = rest > 48 ? 1 : 0;
  return Math.floor(item / cycle) * newPerCycle + rest - Math.floor(rest / 10) - folders;
}

/** The content of an item, null for a folder; a duplicate has that of an item before it. */
export function contentOf(plan: Plan, item: number): number | null {
  if (isFolder(item)) return null;
  const before = contentsBefore(item);
  return isDuplicate(item) ? new Dice(plan.seed, item, 1).below(before) : before;
}

/** True where this item is the first with its content. */
export const bringsContent = (item: number): boolean => !isFolder(item) && !isDuplicate(item);

/** Words that no vocabulary can make, by how many contents lie from one that has it to the next. */
export const plantedWords = [
  { word: "xqhalf", every: 2, at: 1 },
  { word: "xqthird", every: 3, at: 2 },
  { word: "xqtenth", every: 10, at: 3 },
  { word: "xqhundred", every: 100, at: 7 },
  { word: "xqthousand", every: 1000, at: 13 },
  { word: "xqrare", every: 10_000, at: 17 },
] as const;

/** Two words as a phrase, and as often the other way round. */
export const plantedPhrase = { text: "xqalpha xqbeta", every: 200, at: 11 } as const;
export const plantedReverse = { text: "xqbeta xqalpha", every: 200, at: 12 } as const;

export const holds = ({ every, at }: { readonly every: number; readonly at: number }, content: number): boolean =>
  content % every === at;

/** Identifiers, by the kinds that the recognisers know. */
export const plantedIdentifiers = [
  { kind: "iban", every: 50, at: 3 },
  { kind: "container", every: 80, at: 5 },
  { kind: "email", every: 10, at: 1 },
] as const;

/** An identifier of a content: different from those of other contents. */
export function identifierOf(plan: Plan, kind: (typeof plantedIdentifiers)[number]["kind"], content: number): string {
  const dice = new Dice(plan.seed, content, 2);
  switch (kind) {
    case "iban":
      return `DE${10 + dice.below(90)}${String(content).padStart(10, "0")}${10_000_000 + dice.below(90_000_000)}`;
    case "container":
      return `${dice.pick(["CSQ", "MSK", "TGH", "HLX"])}U${String(content % 1_000_000).padStart(6, "0")}${dice.below(10)}`;
    case "email":
      return `${dice.pick(["anna", "jan", "maria", "petr", "sofia"])}.${content}@${dice.pick(["example.org", "example.com", "example.net"])}`;
  }
}

interface ContentType {
  readonly type: string;
  readonly mime: string;
  readonly category: string;
  readonly extension: string;
  readonly share: number;
}

const types: readonly ContentType[] = [
  { type: "text", mime: "text/plain", category: "text", extension: "txt", share: 14 },
  { type: "docx", mime: "application/vnd.openxmlformats", category: "documents", extension: "docx", share: 18 },
  { type: "pdf", mime: "application/pdf", category: "documents", extension: "pdf", share: 20 },
  { type: "eml", mime: "message/rfc822", category: "mail", extension: "eml", share: 22 },
  { type: "html", mime: "text/html", category: "web", extension: "html", share: 10 },
  { type: "xlsx", mime: "application/vnd.ms-excel", category: "spreadsheets", extension: "xlsx", share: 6 },
  { type: "pptx", mime: "application/vnd.ms-powerpoint", category: "presentations", extension: "pptx", share: 2 },
  { type: "csv", mime: "text/csv", category: "text", extension: "csv", share: 3 },
  { type: "rtf", mime: "application/rtf", category: "documents", extension: "rtf", share: 2 },
  { type: "jpeg", mime: "image/jpeg", category: "pictures", extension: "jpg", share: 3 },
];

function weighted<T extends { readonly share: number }>(list: readonly T[], part: number): T {
  let left = part * list.reduce((sum, each) => sum + each.share, 0);
  for (const each of list) if ((left -= each.share) < 0) return each;
  return list[0] as T;
}

export interface ContentTraits {
  readonly type: ContentType;
  /** Number in `languageModels`. */
  readonly language: number;
  /** What the detection is said to have found; null for some. */
  readonly languageCode: string | null;
  /** Bytes of the text wanted. */
  readonly textBytes: number;
  /** Bytes of the file: more than its text. */
  readonly size: number;
  readonly author: string | null;
  readonly hasTitle: boolean;
}

const authors = 400;
/** The natural logarithm of lengths spreads by so much: half of all texts are shorter than half the mean. */
const lengthSigma = 1.2;

export function contentTraits(plan: Plan, content: number): ContentTraits {
  const dice = new Dice(plan.seed, content, 3);
  const model = weighted(languageModels, dice.next());
  const language = languageModels.indexOf(model);
  const mean = plan.textBytes / Math.max(1, contentsBefore(plan.items));
  const textBytes = plan.textBytes === 0 ? 0 : Math.max(16, Math.round(dice.lognormal(mean, lengthSigma)));
  return {
    type: weighted(types, dice.next()),
    language,
    languageCode: dice.below(25) === 0 ? null : model.code,
    textBytes,
    size: textBytes + 200 + Math.floor(textBytes * dice.next() * 8) + dice.below(20_000),
    author: dice.below(4) === 0 ? `Author ${dice.zipf(authors)}` : null,
    hasTitle: dice.below(3) === 0,
  };
}

interface Standing {
  readonly share: number;
  readonly state: State;
  readonly nameClaim: NameClaim;
  readonly origin: Origin;
}

const standings: readonly Standing[] = [
  { share: 85, state: "allocated", nameClaim: "allocated", origin: "entry" },
  { share: 8, state: "deleted", nameClaim: "deleted", origin: "entry" },
  { share: 2, state: "orphan", nameClaim: "orphan", origin: "entry" },
  { share: 3, state: "carved", nameClaim: "none", origin: "carved" },
  { share: 2, state: "embedded", nameClaim: "allocated", origin: "embedded" },
];

export interface ItemTraits {
  readonly standing: Standing;
  readonly status: Status;
  /** Milliseconds since 1970 UTC. */
  readonly modified: number;
  readonly isMisnamed: boolean;
  readonly path: string;
  readonly name: string;
}

const firstDay = Date.UTC(2012, 0, 1);
const days = 5000;
const folderNames = ["Invoices", "Scans", "Mail", "Old", "Customs", "Bank", "Photos", "Archive", "Temp", "Projekt Ä"];

export function itemTraits(plan: Plan, item: number, extension: string): ItemTraits {
  const dice = new Dice(plan.seed, item, 4);
  const standing = weighted(standings, dice.next());
  const fate = dice.below(100);
  // More of them lately.
  const modified = firstDay + Math.floor(Math.sqrt(dice.next()) * days) * 86_400_000 + dice.below(86_400_000);
  const user = `user${dice.zipf(40)}`;
  const folders = ["Users", user, dice.pick(["Documents", "Desktop", "Downloads", "AppData"])];
  for (let depth = dice.below(5); depth > 0; depth--) folders.push(`${dice.pick(folderNames)} ${dice.zipf(60)}`);
  const isMisnamed = dice.below(200) === 0;
  const name = `${dice.pick(folderNames).toLowerCase()}-${item}${extension === "" ? "" : `.${isMisnamed ? "dat" : extension}`}`;
  return {
    standing,
    status: fate < 95 ? "done" : fate < 98 ? "partial" : "failed",
    modified,
    isMisnamed,
    path: `${folders.join("/")}/${name}`,
    name,
  };
}

/** Items and contents that a test of contents holds for. */
export function countOf(plan: Plan, test: (content: number) => boolean): { items: number; contents: number } {
  let [items, contents] = [0, 0];
  for (let item = 0; item < plan.items; item++) {
    const content = contentOf(plan, item);
    if (content === null || !test(content)) continue;
    items += 1;
    if (bringsContent(item)) contents += 1;
  }
  return { items, contents };
}
