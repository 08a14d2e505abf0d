/**
 * The one escape of evidence text for terminals and logs: names must not move the cursor, set titles, write to the
 * clipboard or turn the direction of what follows (threats E16).
 */

// C0, DEL, C1, line and paragraph separators, bidirectional controls, zero-width and invisible format characters, tags,
// lone surrogates and private-use sentinels.
const unsafe =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]|[\u{e0000}-\u{e0fff}]/gu;

/** Replaces every character that could act on a terminal or hide in a log by `\x1b`-, `\u202e`-style escapes; a backslash doubles. */
export function escapeForTerminal(text: string): string {
  return text.replaceAll("\\", "\\\\").replace(unsafe, escapeOne);
}

function escapeOne(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\u{${code.toString(16)}}`;
}
