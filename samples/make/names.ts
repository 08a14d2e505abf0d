/**
 * Names that try to act on a shell, a terminal, a spreadsheet or a page. Only those that every file system keeps stand
 * in the folder itself; the others are members of a ZIP here and real files in the copy with corners.
 */
import { Buffer } from "node:buffer";
import { steadyZip } from "./archive.ts";
import type { Expectation, Sample } from "./sample.ts";

/** Kept by every file system that git checks out to. */
const portable = [
  "-rf.txt",
  "$(id).txt",
  "`id`;reboot.txt",
  "=cmd.csv",
  "&lt;b&gt;%2e%2e.txt",
  "gnp.\u202etxt.exe.txt",
  "e\u0301clair-combining.txt",
  "\u{1f9ca}-frozen.txt",
  `${"long-".repeat(22)}name.txt`,
];

/** Refused by some file systems, so never in the committed folder. */
export const awkwardNames = [
  "<img src=x onerror=alert(1)>.txt",
  "line\nbreak.txt",
  "\u001b]0;owned\u0007\u001b[2J.txt",
  'quote".txt',
  "back\\slash.txt",
  "C: drive.txt",
  "trailing-dot.",
  "trailing-space ",
  "CON",
];

/** Bytes that are no UTF-8. */
export const notUtf8Name = Buffer.from([0x6b, 0xe4, 0x73, 0x65, 0xff, 0x2e, 0x74, 0x78, 0x74]);

/** The text of the file number `index` with an odd name, and the made-up word in it. */
export function oddText(index: number): { text: string; word: string } {
  const word = `oddname${String.fromCharCode(97 + (index % 26))}quix`;
  return { text: `The name of this file is odd, its text is not: ${word}.\n`, word };
}

export function nameSamples(): Sample[] {
  const plain = portable.map((name, index): Sample => {
    const { text, word } = oddText(index);
    return {
      path: `odd names/${name}`,
      data: Buffer.from(text),
      expect: { type: "text", status: "done", words: [word] },
    };
  });
  const inside = [...awkwardNames, "../../escape.txt", "/etc/absolute.txt"].map((name, index) => {
    const { text, word } = oddText(portable.length + index);
    return { name, text, word };
  });
  const children: Record<string, Expectation> = {};
  for (const { name, word } of inside) children[name] = { type: "text", status: "done", words: [word] };
  const bytes = oddText(portable.length + inside.length).text;
  return [
    ...plain,
    {
      path: "odd names/awkward.zip",
      data: steadyZip([...inside.map(({ name, text }) => ({ name, data: text })), { name: notUtf8Name, data: bytes }]),
      expect: { type: "zip", status: "done", children },
    },
  ];
}
