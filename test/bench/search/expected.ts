/** Questions whose answers are known by how the case was made. */
import {
  contentOf,
  contentsBefore,
  contentTraits,
  holds,
  identifierOf,
  itemTraits,
  plantedIdentifiers,
  plantedPhrase,
  plantedReverse,
  plantedWords,
  type ContentTraits,
  type ItemTraits,
  type Plan,
} from "./plan.ts";

interface Seen {
  readonly content: number | null;
  readonly about: ContentTraits | null;
  readonly item: ItemTraits;
}

interface Question {
  readonly query: string;
  readonly test: (seen: Seen) => boolean;
}

export interface Known {
  readonly query: string;
  readonly items: number;
  readonly contents: number;
}

/** Items by each value of a property. */
export type Tallies = Readonly<
  Record<"type" | "category" | "state" | "language" | "extension", ReadonlyMap<string, number>>
>;

const inText =
  (test: (content: number) => boolean) =>
  (seen: Seen): boolean =>
    seen.content !== null && test(seen.content);

function planted(word: (typeof plantedWords)[number]["word"]): (content: number) => boolean {
  const rule = plantedWords.find((each) => each.word === word);
  if (!rule) throw new Error(`${word} is not planted`);
  return (content) => holds(rule, content);
}

function textQuestions(plan: Plan): Question[] {
  const [half, third, hundred] = [planted("xqhalf"), planted("xqthird"), planted("xqhundred")];
  const one = plantedIdentifiers[0];
  return [
    ...plantedWords.map((each) => ({ query: each.word, test: inText((content) => holds(each, content)) })),
    { query: "xqhalf AND xqthird", test: inText((c) => half(c) && third(c)) },
    { query: "xqhalf AND NOT xqthird", test: inText((c) => half(c) && !third(c)) },
    { query: "xqthird OR xqhundred", test: inText((c) => third(c) || hundred(c)) },
    { query: `"${plantedPhrase.text}"`, test: inText((c) => holds(plantedPhrase, c)) },
    { query: `"${plantedReverse.text}"`, test: inText((c) => holds(plantedReverse, c)) },
    { query: "xqalpha xqbeta", test: inText((c) => holds(plantedPhrase, c) || holds(plantedReverse, c)) },
    ...plantedIdentifiers.map((each) => ({ query: `entity:${each.kind}`, test: inText((c) => holds(each, c)) })),
    { query: identifierOf(plan, one.kind, one.every + one.at), test: inText((c) => c === one.every + one.at) },
    { query: "xqhu*", test: inText(hundred) },
  ];
}

function propertyQuestions(): Question[] {
  const mega = 2 ** 20;
  return [
    { query: "*", test: () => true },
    { query: "type:pdf", test: ({ about }) => about?.type.type === "pdf" },
    { query: "ext:docx", test: ({ item }) => item.name.endsWith(".docx") },
    { query: "lang:el", test: ({ about }) => about?.languageCode === "el" },
    { query: "state:deleted", test: ({ item }) => item.standing.state === "deleted" },
    { query: "status:failed", test: ({ item }) => item.status === "failed" },
    { query: "size:>=1m", test: ({ about }) => about !== null && about.size >= mega },
    {
      query: "date:2019",
      test: ({ item }) => item.modified >= Date.UTC(2019, 0) && item.modified < Date.UTC(2020, 0),
    },
    { query: 'author:"Author 3"', test: ({ about }) => about?.author === "Author 3" },
  ];
}

function seenOf(plan: Plan, item: number): Seen {
  const content = contentOf(plan, item);
  const about = content === null ? null : contentTraits(plan, content);
  return { content, about, item: itemTraits(plan, item, about?.type.extension ?? "") };
}

/** One pass over all items, with a byte per content and question. */
export function knownAnswers(plan: Plan): { known: Known[]; tallies: Tallies } {
  const questions = [...(plan.textBytes > 0 ? textQuestions(plan) : []), ...propertyQuestions()];
  const contents = contentsBefore(plan.items);
  const answers = questions.map(({ query }) => ({ query, items: 0, contents: 0, seen: new Uint8Array(contents) }));
  const tallies = { type: new Map(), category: new Map(), state: new Map(), language: new Map(), extension: new Map() };
  for (let item = 0; item < plan.items; item++) {
    const seen = seenOf(plan, item);
    tally(tallies, seen);
    questions.forEach(({ test }, at) => {
      const answer = answers[at];
      if (!answer || !test(seen)) return;
      answer.items += 1;
      if (seen.content === null || answer.seen[seen.content] === 1) return;
      answer.seen[seen.content] = 1;
      answer.contents += 1;
    });
  }
  return { known: answers.map(({ query, items, contents: found }) => ({ query, items, contents: found })), tallies };
}

function tally(tallies: Readonly<Record<keyof Tallies, Map<string, number>>>, { about, item }: Seen): void {
  const add = (name: keyof Tallies, value: string | null | undefined): void => {
    if (typeof value === "string") tallies[name].set(value, (tallies[name].get(value) ?? 0) + 1);
  };
  add("type", about?.type.type);
  add("category", about?.type.category);
  add("state", item.standing.state);
  add("language", about?.languageCode);
  add("extension", about ? item.name.slice(item.name.lastIndexOf(".") + 1) : null);
}
