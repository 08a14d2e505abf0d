/** What a country's rule for VAT numbers says, and how its numbers look. */

export interface VatRule {
  /** As it stands in front of the number: `DE`, `EL` for Greece, `XI` for Northern Ireland, `CHE`. */
  readonly prefix: string;
  /** What may follow, longest first: `9` a digit, `a` a letter, `*` either, anything else itself. */
  readonly forms: readonly string[];
  /** Whether the check of `length` characters from `from` on holds; they have one of the forms. Letters are capital. */
  holds(bytes: Uint8Array, from: number, length: number): boolean;
}

/** Whether bytes have a form. Allocates nothing. */
export function hasForm(bytes: Uint8Array, from: number, form: string): boolean {
  for (let i = 0; i < form.length; i++) {
    const byte = bytes[from + i]!;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    const isLetter = byte >= 0x41 && byte <= 0x5a;
    const wanted = form.charCodeAt(i);
    if (
      wanted === 0x39
        ? !isDigit
        : wanted === 0x61
          ? !isLetter
          : wanted === 0x2a
            ? !isDigit && !isLetter
            : wanted !== byte
    )
      return false;
  }
  return true;
}
