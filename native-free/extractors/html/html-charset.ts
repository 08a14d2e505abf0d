/** Encoding of a page: byte order mark, structure, XML declaration or meta element, frequency (WHATWG HTML 13.2.3). */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { isUtf8 } from "../../typing/charset.ts";
import { charsetOfSource, isWebCharset } from "../text-parts.ts";

export async function htmlCharset(source: ByteSource): Promise<{ charset: string; markBytes: number }> {
  const guessed = await charsetOfSource(source, "windows-1252");
  if (guessed.markBytes > 0 || /^utf-(16|32)/.test(guessed.charset)) return guessed;
  const declared = declaredCharset(Buffer.from(readRange(source, 0, 4096)).toString("latin1"));
  if (declared === null || guessed.charset === "us-ascii") return guessed;
  const head = readRange(source, 0, 65_536);
  // Bytes that are UTF-8 beyond ASCII are UTF-8, whatever the page says of itself.
  if (guessed.charset === "utf-8" && isUtf8(head, head.length === source.size)) return guessed;
  return { charset: declared, markBytes: 0 };
}

/** The label that the document gives itself, where a decoder for it exists. */
export function declaredCharset(head: string): string | null {
  const label =
    /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{2,40})["']/.exec(head)?.[1] ??
    /<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]{2,40})/i.exec(head)?.[1];
  if (!label || !isWebCharset(label)) return null;
  const name = new TextDecoder(label).encoding;
  // A declaration that ASCII can be read in is not UTF-16 (WHATWG HTML 13.2.3.3).
  return name.startsWith("utf-16") ? "utf-8" : name;
}
