/** What a ZIP is by what it holds. Reads the central directory, or the local headers where that is cut off. */
import { inflateRawSync } from "node:zlib";
import type { Probe } from "./probe.ts";

interface ZipEntry {
  readonly name: string;
  /** Offset of the local header. */
  readonly at: number;
  readonly method: number;
  readonly packed: number;
}

const maxEntries = 512;
const maxPartBytes = 1 << 20;

const byMimetype: Readonly<Record<string, string>> = {
  "application/vnd.oasis.opendocument.text": "odt",
  "application/vnd.oasis.opendocument.text-template": "ott",
  "application/vnd.oasis.opendocument.text-master": "odm",
  "application/vnd.oasis.opendocument.spreadsheet": "ods",
  "application/vnd.oasis.opendocument.spreadsheet-template": "ots",
  "application/vnd.oasis.opendocument.presentation": "odp",
  "application/vnd.oasis.opendocument.presentation-template": "otp",
  "application/vnd.oasis.opendocument.graphics": "odg",
  "application/vnd.oasis.opendocument.graphics-template": "otg",
  "application/vnd.oasis.opendocument.formula": "odf",
  "application/vnd.oasis.opendocument.chart": "odc",
  "application/vnd.oasis.opendocument.base": "odb",
  "application/vnd.oasis.opendocument.database": "odb",
  "application/vnd.oasis.opendocument.text-web": "oth",
  "application/vnd.sun.xml.draw": "sxd",
  "application/vnd.sun.xml.writer": "sxw",
  "application/vnd.sun.xml.calc": "sxc",
  "application/vnd.sun.xml.impress": "sxi",
  "application/epub+zip": "epub",
  "application/x-krita": "kra",
  "image/openraster": "ora",
  "application/hwp+zip": "hwpx",
  "application/vnd.etsi.asic-e+zip": "asice",
  "application/vnd.etsi.asic-s+zip": "asice",
};

/** Content types of main parts (ECMA-376 part 1, chapters 11 to 13; MS-OFFMACRO, MS-VSDX, ECMA-388). */
const byMainPart: readonly (readonly [RegExp, string])[] = [
  [/wordprocessingml\.document\.main\+xml/, "docx"],
  [/wordprocessingml\.template\.main\+xml/, "dotx"],
  [/ms-word\.document\.macroEnabled(?:\.12)?\.main\+xml/i, "docm"],
  [/ms-word\.template\.macroEnabled(?:Template)?(?:\.12)?\.main\+xml/i, "dotm"],
  [/spreadsheetml\.sheet\.main\+xml/, "xlsx"],
  [/spreadsheetml\.template\.main\+xml/, "xltx"],
  [/ms-excel\.sheet\.macroEnabled(?:\.12)?\.main\+xml/i, "xlsm"],
  [/ms-excel\.template\.macroEnabled(?:\.12)?\.main\+xml/i, "xltm"],
  [/ms-excel\.addin\.macroEnabled(?:\.12)?\.main\+xml/i, "xlam"],
  [/ms-excel\.sheet\.binary\.macroEnabled(?:\.12)?\.main/i, "xlsb"],
  [/presentationml\.presentation\.main\+xml/, "pptx"],
  [/presentationml\.template\.main\+xml/, "potx"],
  [/presentationml\.slideshow\.main\+xml/, "ppsx"],
  [/ms-powerpoint\.presentation\.macroEnabled(?:\.12)?\.main\+xml/i, "pptm"],
  [/ms-powerpoint\.template\.macroEnabled(?:\.12)?\.main\+xml/i, "potm"],
  [/ms-powerpoint\.slideshow\.macroEnabled(?:\.12)?\.main\+xml/i, "ppsm"],
  [/presentationml\.slide\.main\+xml/, "sldx"],
  [/ms-powerpoint\.slide\.macroEnabled(?:\.12)?\.main\+xml/i, "sldm"],
  [/ms-powerpoint\.addin\.macroEnabled(?:\.12)?\.main\+xml/i, "ppam"],
  [/ms-visio\.(?:drawing|template|stencil)\.macroEnabled\.main\+xml/i, "vsdm"],
  [/ms-visio\.(?:drawing|template|stencil)\.main\+xml/, "vsdx"],
  [/3dmanufacturing-3dmodel\+xml/, "3mf"],
  [/package\.xps-fixeddocumentsequence\+xml|oxps/, "xps"],
  [/openxmlformats-officedocument\.theme(?:Manager)?\+xml/, "thmx"],
];

const byEntryName: readonly (readonly [RegExp, string])[] = [
  [/^(information\.turtle|container\.description)$/, "aff4"],
  [/^(AppxManifest\.xml|AppxMetadata\/)/, "appx"],
  [
    /^(AndroidManifest\.xml|classes\.dex|resources\.arsc|base\/manifest\/AndroidManifest\.xml|META-INF\/com\/android\/build\/)/,
    "apk",
  ],
  [/^Payload\/[^/]+\.app\//, "ipa"],
  [/^(META-INF\/mozilla\.rsa|install\.rdf)$/, "xpi"],
  [/^FixedDocumentSequence\.fdseq$|^FixedDocSeq\.fdseq$/i, "xps"],
  [/^extension\.vsixmanifest$/, "vsix"],
  [/^[^/]+\.nuspec$/, "nupkg"],
  [/^[^/]+\.dist-info\/WHEEL$/, "wheel"],
  [/^word\//, "docx"],
  [/^xl\/workbook\.bin$/, "xlsb"],
  [/^xl\//, "xlsx"],
  [/^ppt\//, "pptx"],
  [/^visio\//, "vsdx"],
  [/^[^/]+\.kml$/i, "kmz"],
  [/^META-INF\/MANIFEST\.MF$/, "jar"],
];

export function refineZip(probe: Probe): string | null {
  const entries = centralEntries(probe) ?? localEntries(probe);
  if (entries.length === 0) return null;
  const mimetype = entries.find((entry) => entry.name === "mimetype");
  if (mimetype) {
    const id = byMimetype[partText(probe, mimetype).trim()];
    if (id) return id;
  }
  const named = (wanted: RegExp): boolean => entries.some((entry) => wanted.test(entry.name));
  const contentTypes = entries.find((entry) => entry.name.toLowerCase() === "[content_types].xml");
  if (contentTypes) {
    const text = partText(probe, contentTypes);
    for (const [pattern, id] of byMainPart) if (id !== "thmx" && pattern.test(text)) return id;
    if (named(/^theme\/theme\/themeManager\.xml$/)) return "thmx";
  }
  const iwork = iworkKind(named);
  if (iwork) return iwork;
  for (const [pattern, id] of byEntryName) if (named(pattern)) return id;
  return contentTypes ? "ooxml" : null;
}

/** Apple iWork 2013 and later keep parts in Index/ or Index.zip; 2009 keeps one index.xml or index.apxl. */
function iworkKind(named: (wanted: RegExp) => boolean): string | null {
  if (named(/^index\.apxl(\.gz)?$/)) return "keynote";
  if (named(/^index\.xml(\.gz)?$/) && named(/^(buildVersionHistory\.plist|QuickLook\/)/)) return "iwork";
  if (!named(/^(Index\/Document\.iwa|Index\.zip)$/)) return null;
  if (named(/^Index\/(MasterSlide|Slide|TemplateSlide)[-.]/)) return "keynote";
  if (named(/^Index\/(Section|TableOfContents|FloatingDrawables)/)) return "pages";
  // A text document may hold tables too: without sections and with tables alone it is a sheet.
  return named(/^Index\/Tables\//) ? "numbers" : "iwork";
}

/** Entries of the central directory (APPNOTE 4.3.12, 4.3.16), or null where no end record leads to one. */
function centralEntries(probe: Probe): ZipEntry[] | null {
  const length = Math.min(probe.size, 65_557);
  const window =
    probe.tail.length >= length
      ? probe.tail
      : findEnd(probe.tail) >= 0
        ? probe.tail
        : probe.bytes(probe.size - length, length);
  const end = findEnd(window);
  if (end < 0) return null;
  const endAt = probe.size - window.length + end;
  const directoryBytes = probe.u32le(endAt + 12);
  let at = probe.u32le(endAt + 16);
  // Matter before the archive shifts its offsets: the directory then ends where the end record starts.
  if (probe.u32be(at) !== 0x504b0102) at = endAt - directoryBytes;
  const shift = at - probe.u32le(endAt + 16);
  const entries: ZipEntry[] = [];
  while (entries.length < maxEntries && at >= 0 && probe.u32be(at) === 0x504b0102) {
    const nameLength = probe.u16le(at + 28);
    entries.push({
      name: entryName(probe, at + 46, nameLength),
      at: probe.u32le(at + 42) + (shift > 0 ? shift : 0),
      method: probe.u16le(at + 10),
      packed: probe.u32le(at + 20),
    });
    at += 46 + nameLength + probe.u16le(at + 30) + probe.u16le(at + 32);
  }
  return entries.length > 0 ? entries : null;
}

function findEnd(window: Uint8Array): number {
  for (let at = window.length - 22; at >= 0; at--) {
    if (window[at] === 0x50 && window[at + 1] === 0x4b && window[at + 2] === 5 && window[at + 3] === 6) return at;
  }
  return -1;
}

/** Walks the local headers; where sizes follow the data (bit 3), looks for the next header in the head. */
function localEntries(probe: Probe): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = probe.u32be(0) === 0x504b0304 ? 0 : 4;
  while (entries.length < maxEntries && probe.u32be(at) === 0x504b0304) {
    const nameLength = probe.u16le(at + 26);
    const packed = probe.u32le(at + 18);
    const body = at + 30 + nameLength + probe.u16le(at + 28);
    entries.push({ name: entryName(probe, at + 30, nameLength), at, method: probe.u16le(at + 8), packed });
    const sizesFollow = (probe.u16le(at + 6) & 8) !== 0 && packed === 0;
    const next = sizesFollow ? afterDescriptor(probe, body) : body + packed;
    if (next <= at) break;
    at = next;
  }
  return entries;
}

/** Behind the data descriptor that names just the distance to itself (APPNOTE 4.3.9): stored archives hold others'. */
function afterDescriptor(probe: Probe, body: number): number {
  const head = Buffer.from(probe.head.buffer, probe.head.byteOffset, probe.head.length);
  for (
    let at = head.indexOf("PK\x07\x08", body, "latin1");
    at >= 0;
    at = head.indexOf("PK\x07\x08", at + 4, "latin1")
  ) {
    if (probe.u32le(at + 8) === at - body) return at + 16;
  }
  return -1;
}

function entryName(probe: Probe, at: number, length: number): string {
  return Buffer.from(probe.bytes(at, Math.min(length, 512))).toString("utf8");
}

/** Up to 1 MiB of a stored or deflated part as text; what inflates of a damaged one. */
function partText(probe: Probe, entry: ZipEntry): string {
  if (probe.u32be(entry.at) !== 0x504b0304) return "";
  const body = entry.at + 30 + probe.u16le(entry.at + 26) + probe.u16le(entry.at + 28);
  const bytes = probe.bytes(body, Math.min(entry.packed || 65_536, maxPartBytes));
  if (entry.method === 0) return Buffer.from(bytes.subarray(0, entry.packed)).toString("utf8");
  if (entry.method !== 8) return "";
  try {
    return inflateRawSync(bytes, { finishFlush: 2, maxOutputLength: 4 * maxPartBytes }).toString("utf8");
  } catch {
    // A part that does not inflate says nothing; names of entries still do, and the container's reader reports the damage.
    return "";
  }
}
