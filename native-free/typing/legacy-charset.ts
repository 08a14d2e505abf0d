/**
 * Legacy encodings. jschardet proposes one; every candidate is then decoded and weighed by what real text looks like:
 * letters beside letters of their script, capitals at the start of words, frequent letters frequent. The best wins, and
 * none wins when even the best looks like noise.
 */
import { Buffer } from "node:buffer";
import iconv from "iconv-lite";

type Detect = (bytes: Buffer) => { encoding: string | null; confidence: number };

const singleByte = [
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "windows-1255",
  "windows-1256",
  "windows-1257",
  "iso-8859-2",
  "iso-8859-5",
  "iso-8859-7",
  "iso-8859-15",
  "koi8-r",
  "koi8-u",
  "ibm866",
  "ibm850",
  "ibm852",
  "ibm437",
  "macintosh",
] as const;
const multiByte = ["shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"] as const;

/** Letters beyond ASCII of each language written in an encoding: a text is of one language, so one set must explain it. */
const western = [
  "éèàçêùâîôûëïœæ",
  "äöüß",
  "áéíóúñü",
  "áàâãçéêíóôõú",
  "àèéìòùî",
  "åäöé",
  "æøåé",
  "áéíóúýþæöð",
  "ëéïèöüó",
  "õäöüšž",
];
const central = ["ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţșț", "äöüß", "ëç"];
const cyrillic = [
  "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
  "оаиентврсілкдмпуяьгзбчйхжшюцщєїфґ",
  "аоеитнрсвдлкпмзгбуъчщйжхяшцюф",
];
const greek = ["αοιετσνηυρπκμλςωδγχθφβξζψάέήίόύώϊ"];
const languages: Readonly<Record<string, readonly string[]>> = {
  "windows-1252": western,
  "iso-8859-15": western,
  macintosh: western,
  ibm850: western,
  ibm437: western,
  "windows-1250": central,
  "iso-8859-2": central,
  ibm852: central,
  "windows-1254": ["çğıöşüâîû"],
  "windows-1257": ["ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"],
  "windows-1251": cyrillic,
  "iso-8859-5": cyrillic,
  "koi8-r": cyrillic,
  "koi8-u": cyrillic,
  ibm866: cyrillic,
  "windows-1253": greek,
  "iso-8859-7": greek,
};
const punctuation = "–—’‘“”„…€°«»·§‚•№";

/** Old pages of other systems need more to be believed than those of Windows. */
const rarity: Readonly<Record<string, number>> = {
  macintosh: 0.06,
  ibm437: 0.08,
  ibm850: 0.06,
  ibm852: 0.06,
  ibm866: 0.03,
  "iso-8859-5": 0.03,
};

const scripts: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Arabic}/u,
];
const scriptLetters = "lcgha";

/** What is known of a UTF-16 unit: 1 looked at, 2 letter, 4 capital, 8 small letter, and its script from bit 4 on. */
const unitFacts = new Uint8Array(65_536);

function factsOf(unit: number): number {
  let facts = unitFacts[unit]!;
  if (facts !== 0) return facts;
  const char = String.fromCharCode(unit);
  const script = scripts.findIndex((pattern) => pattern.test(char)) + 1;
  facts =
    1 | (/\p{L}/u.test(char) ? 2 : 0) | (/\p{Lu}/u.test(char) ? 4 : 0) | (/\p{Ll}/u.test(char) ? 8 : 0) | (script << 4);
  unitFacts[unit] = facts;
  return facts;
}

/** The label of the likeliest encoding, or null where nothing reads like text. */
export function guessLegacyCharset(bytes: Uint8Array): string | null {
  if (bytes.length < 4) return null;
  const sample = sampleAround(bytes);
  const proposal = propose(sample);
  const ascii = sample.filter((byte) => byte < 128).length;
  let best: { charset: string; score: number } | null = null;
  for (const charset of [...multiByte, ...singleByte]) {
    const text = decodeCandidate(sample, charset);
    if (text === null) continue;
    const score =
      (multiByte.includes(charset as never) ? scoreIdeographs(text, charset) : scoreLetters(text, charset)) +
      (charset === proposal ? 0.15 : 0);
    if (!best || score > best.score + 1e-9) best = { charset, score };
  }
  if (best && best.score >= 0.35) return best.charset;
  // Mostly ASCII without a control is text, whatever its few other bytes mean: logs that mix encodings.
  return ascii * 10 >= sample.length * 7 && sample.length >= 16 ? "windows-1252" : null;
}

const sampleBytes = 4096;

/** Up to 4 KiB from the first byte above ASCII: the rest says nothing of the encoding. */
function sampleAround(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte >= 128);
  let start = Math.max(0, first - 64);
  // Not into the middle of a multi-byte character.
  while (start < first && start > 0 && bytes[start - 1]! >= 128) start++;
  let end = Math.min(bytes.length, start + sampleBytes);
  if (end < bytes.length) while (end > start && bytes[end - 1]! >= 128) end--;
  if (end === start) end = Math.min(bytes.length, start + sampleBytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}

let detector: Detect | null = null;

function propose(sample: Buffer): string | null {
  const found = detector?.(sample);
  if (!found?.encoding || found.confidence < 0.5) return null;
  const name = found.encoding.toLowerCase();
  return (
    {
      maccyrillic: "windows-1251",
      gb2312: "gb18030",
      cp949: "euc-kr",
      "iso-8859-1": "windows-1252",
      "iso-8859-8": "windows-1255",
    }[name] ?? name
  );
}

/** Loads jschardet (60 ms) once; without it, plausibility alone decides. Call before the first guess. */
export async function loadLegacyDetector(): Promise<void> {
  if (detector) return;
  const module = (await import("jschardet")) as unknown as { default?: { detect: Detect }; detect?: Detect };
  const detect = module.detect ?? module.default?.detect;
  if (!detect) throw new Error("jschardet has no detect function");
  detector = detect;
}

function decodeCandidate(sample: Buffer, charset: string): string | null {
  if (charset === "ibm850" || charset === "ibm852" || charset === "ibm437")
    return iconv.decode(sample, charset.replace("ibm", "cp"));
  try {
    return new TextDecoder(charset, { fatal: true }).decode(sample);
  } catch {
    return null; // A fatal decoder throws only where the bytes are not of that encoding.
  }
}

/** The script by its letter, empty where it is none of ours. */
function scriptOf(unit: number): string {
  const script = factsOf(unit) >> 4;
  return script === 0 ? "" : scriptLetters[script - 1]!;
}

/** About −2 to 1: the share of characters beyond ASCII that are where text has them, less what text never does. */
function scoreLetters(text: string, charset: string): number {
  const script =
    charset === "windows-1255" ? "h" : charset === "windows-1256" ? "a" : (scriptByCharset[charset] ?? "l");
  const letters = new Map<string, number>();
  let beyond = 0;
  let sum = 0;
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) < 128) continue;
    beyond++;
    const weight = weighPlace(text, index, script);
    if (weight !== null) sum += weight;
    else letters.set(text[index]!.toLowerCase(), (letters.get(text[index]!.toLowerCase()) ?? 0) + 1);
  }
  if (beyond === 0) return 0;
  return (sum + explained(letters, charset)) / beyond - (rarity[charset] ?? 0);
}

const scriptByCharset: Readonly<Record<string, string>> = {
  "windows-1251": "c",
  "iso-8859-5": "c",
  "koi8-r": "c",
  "koi8-u": "c",
  ibm866: "c",
  "windows-1253": "g",
  "iso-8859-7": "g",
};

/** What the best language makes of the letters: 0.75 for one of its own, 0.3 more for the ten most frequent of a script. */
function explained(letters: ReadonlyMap<string, number>, charset: string): number {
  const candidates = languages[charset];
  let total = 0;
  for (const count of letters.values()) total += count;
  // Hebrew and Arabic have no capitals and few pages to confuse them with.
  if (!candidates) return 0.6 * total;
  let best = 0;
  for (const language of candidates) {
    let sum = 0;
    for (const [letter, count] of letters) {
      const rank = language.indexOf(letter);
      const own = rank < 0 ? 0.1 : 0.75 + (language.length > 24 && rank < 10 ? 0.3 : 0);
      sum += count * own;
    }
    if (sum > best) best = sum;
  }
  return best;
}

/** A fixed weight for what is no letter or stands where no letter stands; null for a letter in its place. */
function weighPlace(text: string, index: number, wanted: string): number | null {
  const code = text.charCodeAt(index);
  if (code < 160 || code === 0xfffd || (code >= 0xe000 && code < 0xf900)) return -2;
  const before = index > 0 ? text.charCodeAt(index - 1) : 32;
  const after = index + 1 < text.length ? text.charCodeAt(index + 1) : 32;
  const script = scriptOf(code);
  if (script === "") return weighSymbol(text[index]!, before, after);
  if (script !== wanted) return -0.5;
  const beforeIsLetter = (factsOf(before) & 2) !== 0;
  const afterIsLetter = (factsOf(after) & 2) !== 0;
  if ((beforeIsLetter && scriptOf(before) !== script) || (afterIsLetter && scriptOf(after) !== script)) return -0.5;
  // A capital after a small letter is what a wrong table looks like.
  if ((factsOf(code) & 4) !== 0 && (factsOf(before) & 8) !== 0) return -0.8;
  return beforeIsLetter || afterIsLetter ? null : 0.1;
}

function weighSymbol(char: string, before: number, after: number): number {
  const inside = (factsOf(before) & factsOf(after) & 2) !== 0 && !/[’'·\u00ad]/.test(char);
  if (inside) return -0.6;
  if (punctuation.includes(char)) return 0.6;
  if (/[\u2500-\u259f]/.test(char)) return (after >= 0x2500 && after < 0x25a0) || after <= 32 ? 0.5 : -0.5;
  return 0.05;
}

const frequentHan =
  "的一是不了在人有我他这個个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年過过發后作里用道行所然家種事成方多經么去法学如都同现當没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日月年時間東京本社会計";

const frequentHangul =
  "이다는을에의가고하은를로지한사기도자리그니서인아어나시대부해일수정스제보장전들라있만게여주원동상";

/** Multi-byte encodings: share of frequent characters of the language, less rare and half-width ones. */
function scoreIdeographs(text: string, charset: string): number {
  let beyond = 0;
  let sum = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 128) continue;
    beyond++;
    if (code >= 0x3040 && code < 0x3100) sum += charset === "shift_jis" || charset === "euc-jp" ? 1 : 0.1;
    else if (code >= 0xac00 && code < 0xd7a4)
      sum += charset !== "euc-kr" ? -0.5 : frequentHangul.includes(char) ? 1.1 : 0.2;
    else if (code >= 0x3000 && code < 0x3020) sum += 0.7;
    else if (code >= 0xff01 && code < 0xff5f) sum += 0.6;
    else if (code >= 0xff61 && code < 0xffa0) sum -= 0.4;
    else if (code >= 0x4e00 && code < 0xa000) sum += frequentHan.includes(char) ? 1 : charset === "euc-kr" ? 0 : 0.2;
    else sum -= 0.6;
  }
  return beyond < 2 ? -1 : sum / beyond;
}
