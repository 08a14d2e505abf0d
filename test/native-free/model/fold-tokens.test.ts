import { expect, it } from "vitest";
import { fold } from "../../../native-free/model/fold.ts";

it("leaves no character outside ASCII that separates words, for every character of Unicode", () => {
  // The index takes every character outside ASCII for a part of a word.
  const foreign: string[] = [];
  for (let page = 0; page < 0x110000; page += 0x100) {
    // Nothing is assigned in the planes 4 to 13, all is private in 15 and 16.
    if (page === 0x40000) page = 0xe0000;
    if (page === 0xf0200) page = 0x10ff00;
    let text = "";
    for (let code = page; code < page + 0x100; code++) text += `a${String.fromCodePoint(code)}b `;
    for (const found of fold(text).match(/[^\u0000-\u007f\p{L}\p{N}\p{M}\p{Co}]/gu) ?? []) foreign.push(found);
  }
  expect(foreign).toEqual([]);
});
