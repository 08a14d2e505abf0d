/** Plain text in any encoding: notes, logs, tables, source code. Memory is flat: window by window. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { ancestryOf } from "../../typing/extension.ts";
import { typeRegistry } from "../../typing/registry.ts";
import { charsetOfSource, decodeSource, defaultWindowBytes } from "./decode.ts";

/** Text types that a reader of their own understands better. */
const otherReaders = [
  "html",
  "xml",
  "json",
  "ndjson",
  "eml",
  "mbox",
  "emlx",
  "vcard",
  "icalendar",
  "pem",
  "pgp-armor-keys",
  "pgp-signature",
];
/** Formats with a signature that are text all the same. */
const alsoText = ["vmdk-descriptor", "bdf"];
/** Text that encodes further content: attachments, transfer encodings, control words. */
const encodingTypeIds = ["ps", "mork", "uuencode", "binhex", "yenc"];

export const textTypeIds: readonly string[] = [...typeRegistry.keys()].filter((id) => {
  const ancestry = ancestryOf(id);
  return (
    alsoText.includes(id) ||
    (!encodingTypeIds.includes(id) &&
      ancestry.includes("text") &&
      !otherReaders.some((other) => ancestry.includes(other)))
  );
});

export async function* extractText(
  source: ByteSource,
  context: ExtractContext,
  windowBytes = defaultWindowBytes,
): AsyncGenerator<Extraction> {
  const { charset, markBytes } = await charsetOfSource(source, "utf-8");
  let named = charset;
  yield { what: "charset", charset };
  let chars = 0;
  let invalid = 0;
  for await (const window of decodeSource(source, charset, markBytes, windowBytes)) {
    if (window.charset !== named) {
      named = window.charset;
      yield { what: "charset", charset: named };
    }
    invalid += window.invalid;
    chars += window.text.length;
    if (window.text !== "") yield { what: "text", text: window.text, label: null };
    if (chars > context.textLimitChars) break;
  }
  if (invalid > 0)
    yield { what: "finding", finding: finding("text/invalid-bytes", { count: invalid, charset: named }) };
}

export const textExtractor: Extractor = {
  id: "text",
  family: "extractor",
  name: "Plain text in any encoding",
  spec: "WHATWG Encoding; RFC 3629",
  level: "complete",
  types: textTypeIds,
  extract: (source, context) => extractText(source, context),
};

/** Reads such text as it stands and says that what it encodes was not looked into. */
export const encodingTextExtractor: Extractor = {
  id: "encoding-text",
  family: "extractor",
  name: "PostScript and other text that encodes more, as it stands",
  spec: "PostScript Language Reference 3rd edition; RFC 1741; yEnc 1.3",
  level: "partial",
  types: encodingTypeIds,
  async *extract(source, context) {
    yield* extractText(source, context);
    yield { what: "finding", finding: finding("text/not-decoded") };
    yield { what: "status", status: "partial", reason: "unsupported" };
  },
};
