/** Characters that have another case, so that a comparison without case may take one for another. */

let known: readonly number[] | null = null;

/** Beyond U+1E944 no script has cases. */
const end = 0x1ea00;

export function foldable(): readonly number[] {
  if (known) return known;
  const found: number[] = [];
  for (let code = 0; code < end; code += 1) {
    // Han and Hangul, surrogates and private use, the old scripts that have no cases.
    if (code === 0x2e80) code = 0xa640;
    if (code === 0xac00) code = 0xfb00;
    if (code === 0x11000) code = 0x118a0;
    if (code === 0x12000) code = 0x16000;
    if (code === 0x17000) code = 0x1df00;
    const character = String.fromCodePoint(code);
    if (character.toLowerCase() !== character || character.toUpperCase() !== character) found.push(code);
  }
  return (known = found);
}
