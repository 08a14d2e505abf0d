/** Text in a Windows code page, by its number (MS-UCODEREF 2.2.1); pages that the runtime does not know count as 1252. */

const labels: Readonly<Record<number, string>> = {
  866: "ibm866",
  874: "windows-874",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  1200: "utf-16le",
  1201: "utf-16be",
  1361: "euc-kr",
  10_000: "macintosh",
  10_001: "shift_jis",
  10_007: "x-mac-cyrillic",
  20_866: "koi8-r",
  20_932: "euc-jp",
  21_866: "koi8-u",
  28_592: "iso-8859-2",
  28_595: "iso-8859-5",
  28_597: "iso-8859-7",
  28_605: "iso-8859-15",
  50_220: "iso-2022-jp",
  51_932: "euc-jp",
  54_936: "gb18030",
  65_001: "utf-8",
};

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

/** Label of the encoding standard. */
export function charsetOf(codePage: number): string {
  if (codePage >= 1250 && codePage <= 1258) return `windows-${codePage}`;
  return labels[codePage] ?? "windows-1252";
}

export function decodeCodePage(bytes: Uint8Array, codePage: number): string {
  const label = charsetOf(codePage);
  let decoder = decoders.get(label);
  if (!decoder) decoders.set(label, (decoder = new TextDecoder(label)));
  return decoder.decode(bytes).toWellFormed();
}

/** Text up to the first NUL of a field of one byte a character. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
