/** Every operator on random cases against a plain reading of the texts, names, folders and fields. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import type { Case } from "../../../src/case/case-folder.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { SearchSession } from "../../../src/search/session.ts";
import { stemLanguages } from "../../../src/search/words/stem-languages.ts";
import { stemOf } from "../../../src/search/words/stems.ts";
import { tableDistance } from "../../fixtures/edit-distance-table.ts";
import { digestOf } from "../../fixtures/work-file-rows.ts";
import { newCase } from "../../fixtures/searched-case.ts";
import { corpus, day, stored, type Told } from "../../fixtures/told-items.ts";

const isCampaign = process.env["VESTIGE_CAMPAIGN"] === "1";

const plainWords = [
  "alpha",
  "alphabet",
  "alfa",
  "beta",
  "strasse",
  "deliveries",
  "2402",
  "20",
  "csqu",
  "文",
  "αθηνα",
  "x",
];
const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);

type Expect = (doc: Told) => boolean;
type Asked = readonly [query: string, expected: Expect];

/** What plain words and special terms look into. */
const placesOf = ({ path, text, fields, created, width }: Told): string[] => {
  const at = path.lastIndexOf("/");
  return [
    text,
    path.slice(at + 1),
    path.slice(0, Math.max(0, at)),
    ...fields.map(({ value }) => value),
    created,
    String(width),
  ];
};
const anywhere =
  (holds: (place: string) => boolean): Expect =>
  (doc) =>
    placesOf(doc).some(holds);
const inText =
  (holds: (place: string) => boolean): Expect =>
  ({ text }) =>
    holds(text);

const standsAt = (tokens: readonly string[], at: number, phrase: readonly string[], prefix = false) =>
  phrase.every((token, k) =>
    prefix && k === phrase.length - 1 ? tokens[at + k]?.startsWith(token) === true : tokens[at + k] === token,
  );
const hasPhrase =
  (phrase: readonly string[], prefix = false) =>
  (place: string) => {
    const tokens = tokensOf(place);
    return tokens.some((_, at) => standsAt(tokens, at, phrase, prefix));
  };
const hasToken = (accepts: (token: string) => boolean) => (place: string) => tokensOf(place).some(accepts);

/** Every choice of one place for each phrase, none sharing a word with another. */
function isNear(place: string, phrases: readonly (readonly string[])[], most: number, ordered: boolean): boolean {
  const tokens = tokensOf(place);
  const starts = phrases.map((phrase) => tokens.flatMap((_, at) => (standsAt(tokens, at, phrase) ? [at] : [])));
  const choose = (chosen: readonly number[]): boolean => {
    if (chosen.length < phrases.length) return starts[chosen.length]!.some((start) => choose([...chosen, start]));
    const spans = chosen.map((start, at) => ({ start, end: start + phrases[at]!.length - 1 }));
    const sorted = spans.toSorted((a, b) => a.start - b.start);
    if (sorted.some(({ start }, at) => at > 0 && start <= sorted[at - 1]!.end)) return false;
    if (ordered && spans.some(({ start }, at) => at > 0 && start < spans[at - 1]!.start)) return false;
    return sorted.at(-1)!.start - sorted[0]!.end - 1 <= most;
  };
  return choose([]);
}

const exactly = (value: string, prefix = false) => {
  const source = value
    .normalize("NFC")
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\s+/g, "\\s+");
  const split = /^\p{Script=Han}/u.test(value);
  const pattern = split
    ? new RegExp(source, "u")
    : new RegExp(
        `(?<![[\\p{L}\\p{N}\\p{M}]--\\p{Script=Han}])${source}${prefix ? "" : "(?![[\\p{L}\\p{N}\\p{M}]--\\p{Script=Han}])"}`,
        "v",
      );
  return (place: string) => pattern.test(place.normalize("NFC"));
};

const isCode = (code: string) => (place: string) => {
  const found = [...fold(place).matchAll(/[\p{L}\p{N}\p{M}]+/gu)];
  return found.some((_first, at) => {
    let all = "";
    for (let next = at; next < found.length && all.length < code.length; next++) {
      const before = found[next - 1];
      if (next > at && found[next]!.index - before!.index - before![0].length > 3) return false;
      all += found[next]![0];
    }
    return all === code;
  });
};

const listed = [
  "alphabet",
  "beta strasse",
  "Béta",
  "deliver*",
  "csqu 305*",
  "# no",
  "",
  "αθήνα",
  "nowhere to be found",
];
const listedHolds = [
  hasPhrase(["alphabet"]),
  hasPhrase(["beta", "strasse"]),
  hasPhrase(["beta"]),
  hasPhrase(["deliver"], true),
  hasPhrase(["csqu", "305"], true),
  hasPhrase(["αθηνα"]),
];
const listedExactly = ["alphabet", "beta strasse", "Béta", "αθήνα"].map((term) => exactly(term));
const listedStarting = ["deliver", "csqu 305"].map((term) => exactly(term, true));

const quoted = (phrase: readonly string[]) => `"${phrase.join(" ")}"`;
const phrase = fc.array(oneOf(...plainWords), { minLength: 1, maxLength: 2 });
const dayMs = (text: string) => Date.parse(`${text}T00:00:00Z`);

const leaf: fc.Arbitrary<Asked> = fc.oneof(
  fc
    .tuple(phrase, fc.boolean())
    .map(([tokens, prefix]): Asked => [`${quoted(tokens)}${prefix ? "*" : ""}`, anywhere(hasPhrase(tokens, prefix))]),
  {
    weight: 6,
    arbitrary: oneOf<Asked>(
      ["al*a", anywhere(hasToken((token) => /^al.*a$/u.test(token)))],
      ["*ta", anywhere(hasToken((token) => token.endsWith("ta")))],
      ["?lpha", anywhere(hasToken((token) => /^.lpha$/u.test(token)))],
      ["*0543*", anywhere(hasToken((token) => token.includes("0543")))],
      ["text:(d*y)", inText(hasToken((token) => /^d.*y$/u.test(token)))],
      ["*文*", anywhere((place) => place.includes("文"))],
      ["中文", anywhere((place) => place.includes("中文"))],
      ["2402-20", anywhere(hasPhrase(["2402", "20"]))],
      ["code:CSQU3054383", anywhere(isCode("csqu3054383"))],
      ["code:2402.20", anywhere(isCode("240220"))],
      ["text:(code:csqu-305438)", inText(isCode("csqu305438"))],
      ["/al(ph|f)a/", anywhere((place) => /al(ph|f)a/i.test(place))],
      ["/(?-i)Alpha/", anywhere((place) => /Alpha/.test(place))],
      ["/^csqu ?\\d+/", anywhere((place) => /^csqu ?\d+/im.test(place))],
      ["text:/b.ta/", inText((place) => /b.ta/i.test(place))],
      ["name:/strasse n\\d/", ({ path }) => /strasse n\d/i.test(path.slice(path.lastIndexOf("/") + 1))],
      ["exact:Straße", anywhere(exactly("Straße"))],
      ["exact:alpha", anywhere(exactly("alpha"))],
      ["exact:alph*", anywhere(exactly("alph", true))],
      ['exact:"alpha Straße"', anywhere(exactly("alpha Straße"))],
      ["exact:文", anywhere(exactly("文"))],
      ["text:(exact:Béta)", inText(exactly("Béta"))],
      [
        "exact:author:Béta",
        ({ fields }) => fields.some(({ name, value }) => name === "author" && exactly("Béta")(value)),
      ],
      ["exact:(Straße NEAR/2 alpha)", anywhere((place) => nearExactly(place, ["Straße", "alpha"], 2))],
      ["terms:words", anywhere((place) => listedHolds.some((holds) => holds(place)))],
      ["text:(terms:words)", inText((place) => listedHolds.some((holds) => holds(place)))],
      ["exact:terms:words", anywhere((place) => [...listedExactly, ...listedStarting].some((holds) => holds(place)))],
      ["hash:@hashes", ({ text }) => /q[1357]$/.test(text)],
      ["entity:iban", ({ entity }) => entity.some(({ kind }) => kind === "iban")],
      [
        "entity:iban:gb*,container",
        ({ entity }) => entity.some(({ kind, value }) => kind === "container" || value.startsWith("GB")),
      ],
      ["entity:*:CSQU3054383", ({ entity }) => entity.some(({ value }) => value === "CSQU3054383")],
      ["known:alert", ({ known }) => known === "alert"],
      ["known:none", ({ known }) => known === null],
      ["known:(set-* -alert)", ({ known }) => known === "known"],
      ["ext:doc,pdf", ({ path }) => /\.(doc|pdf)$/i.test(path)],
      ["lang:en,none", ({ language }) => language !== "de"],
      [
        "author:alpha",
        ({ fields }) => fields.some(({ name, value }) => name === "author" && hasPhrase(["alpha"])(value)),
      ],
      [
        "author:(alpha OR beta)",
        ({ fields }) =>
          fields.some(
            ({ name, value }) => name === "author" && hasToken((token) => token === "alpha" || token === "beta")(value),
          ),
      ],
      [
        "subject:b*",
        ({ fields }) => fields.some(({ name, value }) => name === "subject" && fold(value).startsWith("b")),
      ],
      ["stem:delivery", (doc) => stemmed(doc, "delivery")],
    ),
  },
  fc
    .tuple(oneOf("alpha", "betta", "csqu", "starsse", "2042"), oneOf(1, 2))
    .map(([value, most]): Asked => [
      `${value}~${most}`,
      anywhere(hasToken((token) => tableDistance(token, value, 1, true) <= most)),
    ]),
  fc
    .tuple(fc.array(phrase, { minLength: 2, maxLength: 3 }), fc.nat(4), fc.boolean(), fc.boolean())
    .map(([phrases, most, ordered, isText]): Asked => {
      const chain = phrases.map(quoted).join(` ${ordered ? "PRE" : "NEAR"}/${most} `);
      const holds = (place: string) => isNear(place, phrases, most, ordered);
      return isText ? [`text:(${chain})`, inText(holds)] : [`(${chain})`, anywhere(holds)];
    }),
  fc.tuple(fc.nat(4000), fc.nat(4000)).map(([a, b]): Asked => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    return [`size:${from}..${to}`, ({ size }) => size >= from && size <= to];
  }),
  fc
    .tuple(fc.nat(9), oneOf(">" as const, "<" as const, ">=" as const, "<=" as const, "=" as const))
    .map(([value, sign]): Asked => {
      const tests = {
        ">": (n: number) => n > value,
        "<": (n: number) => n < value,
        ">=": (n: number) => n >= value,
        "<=": (n: number) => n <= value,
        "=": (n: number) => n === value,
      };
      return [`width:${sign}${value}`, ({ width }) => tests[sign](width)];
    }),
  fc
    .tuple(oneOf("date", "created", "modified"), day, fc.integer({ min: 1, max: 9 }))
    .map(([field, date, count]): Asked => [
      `${field}:"last ${count}d before ${date}"`,
      ({ created, modified }) => {
        const own = dayMs(field === "created" ? created : modified);
        return own < dayMs(date) && own >= dayMs(date) - count * 86_400_000;
      },
    ]),
  fc.tuple(oneOf("date", "created"), day, day).map(([field, a, b]): Asked => {
    const [from, to] = [a, b].sort() as [string, string];
    return [
      `${field}:${from}..${to}`,
      ({ created, modified }) => {
        const own = field === "date" ? modified : created;
        return own >= from && own <= to;
      },
    ];
  }),
);

function nearExactly(place: string, typed: readonly string[], most: number): boolean {
  const found = [...place.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map(([word]) => word.normalize("NFC"));
  // Characters of a script without spaces are words by themselves.
  const all = found.flatMap((word) => (/\p{Script=Han}/u.test(word) ? [...word] : [word]));
  return all.some((first, a) =>
    all.some((second, b) => a !== b && first === typed[0] && second === typed[1] && Math.abs(a - b) - 1 <= most),
  );
}

function stemmed({ text, path, fields, language, created, width }: Told, word: string): boolean {
  const accepts = (token: string) =>
    token === word ||
    (language !== null && stemLanguages.includes(language) && stemOf(token, language) === stemOf(word, language));
  const inContent = [text, created, String(width), ...fields.map(({ value }) => value)];
  return inContent.some(hasToken(accepts)) || hasToken((token) => token === word)(path);
}

const { query } = fc.letrec<{ query: Asked }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    leaf,
    tie("query").map(([text, test]): Asked => [`NOT (${text})`, (doc) => !test(doc)]),
    fc.tuple(tie("query"), tie("query")).map(([[a, p], [b, q]]): Asked => [`(${a}) (${b})`, (doc) => p(doc) && q(doc)]),
    fc
      .tuple(tie("query"), tie("query"))
      .map(([[a, p], [b, q]]): Asked => [`(${a}) OR (${b})`, (doc) => p(doc) || q(doc)]),
  ),
}));

function caseOf(docs: readonly Told[]): Case {
  const theCase = newCase({ M01: docs.map(stored) });
  mkdirSync(theCase.paths.searchLists, { recursive: true });
  writeFileSync(join(theCase.paths.searchLists, "words.txt"), listed.join("\r\n"));
  const hashes = docs.flatMap(({ text }, at) => {
    const algorithm = ["md5", "sha1", "sha256"][at % 3] as string;
    return /q[1357]$/.test(text) ? [digestOf(algorithm, text).toUpperCase()] : [];
  });
  writeFileSync(join(theCase.paths.searchLists, "hashes.txt"), ["# hashes", ...hashes, "0".repeat(32)].join("\n"));
  const database = openDatabase(theCase.paths.items("M01"));
  for (const { text, known } of docs) {
    if (known === null) continue;
    database
      .prepare("INSERT INTO known (content, list, verdict) SELECT id, ?, ? FROM content WHERE sha256 = ?")
      .run([`set-${known}`, known, Buffer.from(digestOf("sha256", text), "hex")]);
  }
  // What was made of the tables before is made anew.
  database.exec("DELETE FROM meta WHERE key = 'derived'");
  database.close();
  return theCase;
}

describe("operators", () => {
  it("find what a plain reading finds", { timeout: isCampaign ? 1_200_000 : 60_000 }, () => {
    const queries = fc.array(query, { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(corpus, queries, (docs, asked) => {
        const theCase = caseOf(docs);
        const session = SearchSession.open(theCase, { scope: noScopeRules });
        try {
          for (const [text, expected] of asked) {
            const found = session.ask(text, (answer) => answer.page({ limit: 100 }).hits);
            const wanted = docs.filter(expected).map(({ path }) => `M01/${path}`);
            expect([text, found.map(({ path }) => path).sort()]).toEqual([text, wanted.sort()]);
          }
        } finally {
          session.close();
          rmSync(theCase.paths.root, { recursive: true });
        }
      }),
      { numRuns: isCampaign ? 500 : 6, endOnFailure: true },
    );
  });
});
