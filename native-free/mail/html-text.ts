/** HTML bodies of messages as text. What the page says of itself (title, author) is not what the message says: left out. */
import { Buffer } from "node:buffer";
import { MemorySource } from "../bytes/byte-source.ts";
import { extractHtml } from "../extractors/html-parts.ts";
import type { ExtractContext, Extraction } from "../model/extraction.ts";
import { finding } from "../model/findings.ts";
import type { DecodedText } from "./decode-text.ts";

interface HtmlBody extends Omit<DecodedText, "charset"> {
  /** Null where the text was never in bytes of its own. */
  readonly charset: string | null;
}

/** Text under `html`; links, comments and scripts under `html link` and so on. */
export async function* htmlText(body: HtmlBody, context: ExtractContext): AsyncGenerator<Extraction> {
  const { text, charset, invalid } = body;
  if (charset !== null) yield { what: "charset", charset };
  // Whatever the page declares, these bytes are UTF-8: the mark says so.
  const source = new MemorySource(Buffer.from(`\ufeff${text.replace(/^\ufeff/, "")}`));
  for await (const found of extractHtml(source, context)) {
    if (found.what === "text") yield { ...found, label: found.label === null ? "html" : `html ${found.label}` };
    if (found.what === "language") yield found;
  }
  if (invalid > 0 && charset !== null) {
    yield { what: "finding", finding: finding("text/invalid-bytes", { count: invalid, charset }) };
  }
}
