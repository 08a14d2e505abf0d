/** Text in which nothing acts unseen: controls, direction changes and invisible characters are written by their number. */
import { escapeForTerminal } from "../../native-free/model/escape.ts";

/** True where the text holds a character that the escape for terminals (the one definition of what acts) would replace. */
export function acts(text: string): boolean {
  const plain = text.replaceAll("\\", "");
  return escapeForTerminal(plain) !== plain;
}

/** `U+202E`. */
export function numberOf(character: string): string {
  const code = character.codePointAt(0) as number;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text with acting characters as `[U+202E]`. */
export function visible(text: string): string {
  if (!acts(text)) return text;
  return Array.from(text, (character) => (acts(character) ? `[${numberOf(character)}]` : character)).join("");
}
