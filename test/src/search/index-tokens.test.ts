import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { migrate } from "../../../src/case/schema.ts";
import { ftsExpression } from "../../../src/search/sets/word-sets.ts";
import { firstPhrasePlace, phrasePlaces } from "../../../src/search/phrase-finder.ts";

const database = openDatabase(":memory:");
migrate(database);
afterAll(() => database.close());
const insert = database.prepare("INSERT INTO fts_text (rowid, text) VALUES (?, ?)");
const find = database.prepare("SELECT 1 FROM fts_text WHERE fts_text MATCH ? AND rowid = ?");
let row = 0;

const anyText = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.string({
    unit: fc.constantFrom(..."aZ9 .-ßéΣ中ガภ\u0e34क\u093cё\u05d0\u05b8\u{1f600}\u{20000}\u{1e900}\ue000½'"),
    minLength: 1,
  }),
);

it("finds every word and phrase of any text, in the index and in the text itself", () => {
  fc.assert(
    fc.property(anyText, fc.nat(), fc.nat(), (text, from, length) => {
      row += 1;
      insert.run([row, fold(text)]);
      const all = tokensOf(text);
      const start = all.length === 0 ? 0 : from % all.length;
      const tokens = all.slice(start, start + 1 + (length % 4));
      if (tokens.length === 0) return;
      const term = { tokens, prefix: length % 2 === 0 };
      expect([tokens, find.get([ftsExpression(term), row])]).toEqual([tokens, { 1: 1 }]);
      const [place = null] = phrasePlaces(term)(text);
      expect(place).not.toBeNull();
      // Texts of many parts, the place in any of them or over their seams.
      const filler = "żółw a\u0301 x™ \u0301q ".repeat(100 + (row % 97));
      for (const long of [`${text} ${text} ${filler}`, `${filler}${text} ${text}${filler}`]) {
        const every = [...phrasePlaces(term)(long)];
        expect(firstPhrasePlace(long, term)).toEqual({ ...every[0], count: every.length });
      }
      // What is marked in the original holds the phrase itself.
      const marked = text.slice(place?.start, place?.end);
      expect(` ${tokensOf(marked).join(" ")}`).toContain(` ${tokens.join(" ")}`);
    }),
    { numRuns: 500 },
  );
});

it("does not find what is not there", () => {
  row += 1;
  insert.run([row, fold("Die Straße in Łódź")]);
  for (const tokens of [["strass"], ["strasse", "lodz"], ["in", "strasse"], ["odz"]]) {
    expect(find.get([ftsExpression({ tokens, prefix: false }), row])).toBeUndefined();
    expect([...phrasePlaces({ tokens, prefix: false })("Die Straße in Łódź")]).toEqual([]);
  }
});
