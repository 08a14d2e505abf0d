/** The description of an ICC profile (ICC.1:2022, 7 and 9.2.41; `desc` of version 2: ICC.1:2001-04, 6.5.17). */

const mostTags = 256;

/** Null where the profile has none that can be read. */
export function profileName(profile: Buffer): string | null {
  if (profile.length < 132) return null;
  const count = Math.min(mostTags, profile.readUInt32BE(128));
  for (let index = 0; index < count; index++) {
    const at = 132 + 12 * index;
    if (at + 12 > profile.length) return null;
    if (profile.toString("latin1", at, at + 4) !== "desc") continue;
    const start = profile.readUInt32BE(at + 4);
    return start + 16 > profile.length ? null : textOf(profile.subarray(start, start + profile.readUInt32BE(at + 8)));
  }
  return null;
}

function textOf(tag: Buffer): string | null {
  const kind = tag.toString("latin1", 0, 4);
  if (kind === "desc" && tag.length > 12) {
    const length = tag.readUInt32BE(8);
    return (
      tag
        .toString("latin1", 12, Math.min(tag.length, 12 + length))
        .replace(/\0[^]*$/, "")
        .trim() || null
    );
  }
  if (kind !== "mluc" || tag.length < 28) return null;
  const records = Math.min(64, tag.readUInt32BE(8));
  let best: string | null = null;
  for (let index = 0; index < records && 28 + 12 * index <= tag.length; index++) {
    const at = 16 + 12 * index;
    const [length, offset] = [tag.readUInt32BE(at + 4) & ~1, tag.readUInt32BE(at + 8)];
    if (offset + length > tag.length) continue;
    const text = Buffer.from(tag.subarray(offset, offset + length))
      .swap16()
      .toString("utf16le")
      .replace(/\0[^]*$/, "")
      .trim();
    // English is what other tools show.
    if (text !== "" && (best === null || tag.toString("latin1", at, at + 4) === "enUS")) best = text;
  }
  return best;
}
