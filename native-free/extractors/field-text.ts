/**
 * Words that people wrote into fields of pictures, sound and films, once more as text: who searches for a word looks for it in
 * text. What machines write (cameras, programs, codings) stays in fields alone.
 */
import type { Extraction } from "../model/extraction.ts";

const written = new Set<string>([
  "title",
  "author",
  "subject",
  "keywords",
  "description",
  "comment",
  "copyright",
  "artist",
  "album",
  "location",
  "category",
  "changeAuthor",
]);
const longestText = 1 << 20;

/** Passes on what a reader says; at the end follows what of its fields none of its texts had. */
export async function* withFieldText(extractions: AsyncIterable<Extraction>): AsyncGenerator<Extraction> {
  const lines = new Set<string>();
  let said = "";
  for await (const extraction of extractions) {
    if (extraction.what === "text" && said.length < longestText) said += extraction.text;
    if (extraction.what === "field" && written.has(extraction.name)) lines.add(extraction.value);
    yield extraction;
  }
  const unsaid = [...lines].filter((line) => !said.includes(line));
  if (unsaid.length > 0) yield { what: "text", label: "metadata", text: `${unsaid.join("\n")}\n` };
}
