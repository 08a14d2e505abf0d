/**
 * XML of any vocabulary: text, telling attributes, comments, and what known vocabularies say of themselves (SVG, KML, GPX,
 * feeds, Dublin Core, Office 2003, OpenDocument). The events come from htmlparser2, which reads on whatever is broken, knows
 * no DTD and expands no entity but the five of XML; saxes reads along as the judge of well-formedness.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { ancestryOf } from "../../typing/extension.ts";
import { typeRegistry } from "../../typing/registry.ts";
import { declaredCharset } from "../html-parts.ts";
import { charsetOfSource, decodeSource } from "../text-parts.ts";
import { WellFormedJudge } from "./well-formed.ts";
import { XmlHandler } from "./xml-handler.ts";

export async function* extractXml(
  source: ByteSource,
  context: ExtractContext,
  windowBytes?: number,
): AsyncGenerator<Extraction> {
  const { Parser } = await import("htmlparser2");
  const { charset, markBytes } = await xmlCharset(source);
  yield { what: "charset", charset };
  const handler = new XmlHandler();
  const judge = await WellFormedJudge.load();
  const parser = new Parser(handler.events(), { xmlMode: true, decodeEntities: true });
  let invalid = 0;
  for await (const window of decodeSource(source, charset, markBytes, windowBytes)) {
    invalid += window.invalid;
    judge.write(window.text);
    parser.write(window.text);
    yield* handler.take(false);
    if (handler.chars > context.textLimitChars) break;
  }
  parser.end();
  judge.close();
  yield* handler.take(true);
  if (judge.problem)
    yield { what: "finding", finding: finding("xml/not-well-formed", { problem: judge.problem, line: judge.line }) };
  if (invalid > 0) yield { what: "finding", finding: finding("text/invalid-bytes", { count: invalid, charset }) };
}

/** Mark and structure first, then the declaration, then UTF-8 (XML 1.0 appendix F). */
async function xmlCharset(source: ByteSource): Promise<{ charset: string; markBytes: number }> {
  const guessed = await charsetOfSource(source, "utf-8");
  if (guessed.markBytes > 0 || guessed.charset.startsWith("utf-")) return guessed;
  const declared = declaredCharset(Buffer.from(readRange(source, 0, 1024)).toString("latin1"));
  return declared && guessed.charset !== "us-ascii" ? { charset: declared, markBytes: 0 } : guessed;
}

/** These have readers of their own. */
const otherReaders = ["xhtml", "fodt", "fods", "fodp", "fodg", "fodf", "fb2", "plist-xml"];

export const xmlExtractor: Extractor = {
  id: "xml",
  family: "extractor",
  name: "XML of any vocabulary, SVG, KML, GPX, feeds, Office 2003 XML",
  spec: "XML 1.0; OGC KML 2.3; GPX 1.1; SVG 2",
  level: "partial",
  types: [...typeRegistry.keys()].filter((id) => !otherReaders.includes(id) && ancestryOf(id).includes("xml")),
  extract: (source, context) => extractXml(source, context),
};
