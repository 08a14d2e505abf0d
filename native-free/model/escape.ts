/**
 * The one escape of evidence text for terminals and logs: names must not move the cursor, set titles, write to the
 * clipboard or turn the direction of what follows (threats E16).
 */

// Controls (C0, DEL, C1), format characters (bidirectional, zero-width, tags), line and paragraph separators, lone
// surrogates, everything that fonts draw as nothing (fillers, selectors: Unicode's Default_Ignorable_Code_Point), and the
// specials block with its replacement character.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff0-\uffff]/gu;

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
