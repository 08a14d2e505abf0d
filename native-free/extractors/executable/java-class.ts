/** Java classes: own name, superclass, interfaces, source file and the texts of the constant pool (JVMS 4.1, 4.4). */
import type { Extraction } from "../../model/extraction.ts";
import { type ProgramRun, textField } from "./program-run.ts";

/** Bytes behind the tag of each kind of constant; 1 is text of its own length. */
const sizes: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};

export function* classExtractions({ reader }: ProgramRun): Generator<Extraction> {
  reader.little = false;
  reader.what = "constant pool";
  const count = reader.u16(8);
  const texts = new Map<number, string>();
  const classes = new Map<number, number>();
  let at = 10;
  for (let index = 1; index < count; index++) {
    const tag = reader.u8(at);
    if (tag === 1) {
      const length = reader.u16(at + 1);
      texts.set(index, Buffer.from(reader.bytes(at + 3, length)).toString("utf8"));
      at += 3 + length;
      continue;
    }
    if (tag === 7) classes.set(index, reader.u16(at + 1));
    const size = sizes[tag] ?? reader.fail();
    at += 1 + size;
    // Wide numbers take two places of the pool.
    if (tag === 5 || tag === 6) index++;
  }
  const name = (index: number): string => (texts.get(classes.get(index) ?? 0) ?? "").replaceAll("/", ".");
  yield* textField("formatVersion", `${reader.u16(6)}.${reader.u16(4)}`, "header");
  yield* textField("internalName", name(reader.u16(at + 2)), "this_class");
  for (const index of classes.keys()) yield* textField("importedLibrary", name(index), "constant pool");
  const all = [...texts.values()].filter((text) => text.trim() !== "");
  if (all.length > 0) yield { what: "text", label: "constants", text: `${all.join("\n")}\n` };
}
