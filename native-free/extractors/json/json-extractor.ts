/** JSON (RFC 8259), JSON with comments, lines of JSON: keys and values as text, coordinates as fields. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { kindsOf } from "../../typing/extension.ts";
import { charsetOfSource, decodeSource } from "../text-parts.ts";
import { JsonLexer } from "./json-lexer.ts";
import { JsonText } from "./json-text.ts";

export const jsonExtractor: Extractor = {
  id: "json",
  family: "extractor",
  name: "JSON, GeoJSON, lines of JSON",
  spec: "RFC 8259; RFC 7946; NDJSON 1.0",
  level: "complete",
  types: [...kindsOf("json"), ...kindsOf("ndjson")].filter((id) => id !== "har"),
  extract: (source, context) => extractJson(source, context),
};

export async function* extractJson(
  source: ByteSource,
  context: ExtractContext,
  windowBytes?: number,
): AsyncGenerator<Extraction> {
  const { charset, markBytes } = await charsetOfSource(source, "utf-8");
  yield { what: "charset", charset };
  const text = new JsonText();
  const lexer = new JsonLexer(text);
  let invalid = 0;
  for await (const window of decodeSource(source, charset, markBytes, windowBytes)) {
    invalid += window.invalid;
    lexer.write(window.text);
    yield* text.take(false);
    if (text.chars > context.textLimitChars) break;
  }
  lexer.end();
  yield* text.take(true);
  if (invalid > 0) yield { what: "finding", finding: finding("text/invalid-bytes", { count: invalid, charset }) };
}
