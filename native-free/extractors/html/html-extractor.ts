/**
 * HTML and XHTML by SAX events: text with blocks apart, title and meta data, targets of links, alternative texts, and what
 * is not shown: comments and scripts, under their own labels. Nothing is executed or fetched.
 */
import type { Parser } from "htmlparser2";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { decodeSource } from "../text-parts.ts";
import { htmlCharset } from "./html-charset.ts";
import { HtmlHandler } from "./html-handler.ts";

export async function* extractHtml(
  source: ByteSource,
  context: ExtractContext,
  windowBytes?: number,
): AsyncGenerator<Extraction> {
  const { Parser: HtmlParser } = await import("htmlparser2");
  const { charset, markBytes } = await htmlCharset(source);
  yield { what: "charset", charset };
  const handler = new HtmlHandler();
  const parser: Parser = new HtmlParser(handler.events(), { decodeEntities: true, recognizeSelfClosing: false });
  let invalid = 0;
  for await (const window of decodeSource(source, charset, markBytes, windowBytes)) {
    invalid += window.invalid;
    parser.write(window.text);
    yield* handler.take(false);
    if (handler.chars > context.textLimitChars) break;
  }
  parser.end();
  yield* handler.take(true);
  if (invalid > 0) yield { what: "finding", finding: finding("text/invalid-bytes", { count: invalid, charset }) };
}

export const htmlExtractor: Extractor = {
  id: "html",
  family: "extractor",
  name: "HTML and XHTML pages",
  spec: "WHATWG HTML, sections 13.2 and 4.2.5",
  level: "partial",
  types: ["html", "xhtml"],
  extract: (source, context) => extractHtml(source, context),
};
