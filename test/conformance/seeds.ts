/** Starting files of the conformance suite: small generated ones for every reader of text, and published ones per type. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { deflateRawSync, deflateSync, crc32 } from "node:zlib";
import { MemorySource } from "../../native-free/bytes/byte-source.ts";
import { identify } from "../../native-free/typing/index.ts";
import { readerSeeds } from "../fixtures/reader-seeds/index.ts";

export interface Seed {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

const data = new URL("../../../shared/data/", import.meta.url);
const folders = [
  "typed/file-type/fixture",
  "typed/magika/tests_data/basic",
  "documents",
  "metadata",
  "archives/py7zr",
  "mail/mikel-mail/spec/fixtures/emails/plain_emails",
];
const maxSeedBytes = 200_000;
const seedsPerType = 2;

const greek = "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας.\n";

/** A ZIP of deflated entries with a central directory (APPNOTE 4.3). */
export function makeZip(entries: readonly (readonly [string, string | Uint8Array])[]): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of entries) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(raw), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(raw.length, 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), head, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), head, tail, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

function chunk(kind: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  const sum = Buffer.alloc(4);
  const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([head, named, sum]);
}

/** A one-pixel PNG with text chunks of all three kinds. */
export function makePng(): Uint8Array {
  const header = Buffer.from("00000001000000010800000000", "hex");
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("tEXt", Buffer.from("Author\0Ren\xe9 Example", "latin1")),
    chunk(
      "zTXt",
      Buffer.concat([Buffer.from("Comment\0\0", "latin1"), deflateSync(Buffer.from("a compressed comment"))]),
    ),
    chunk("iTXt", Buffer.from("Title\0\0\0el\0\0Αθήνα")),
    chunk("tIME", Buffer.from("07e803110c1e2d", "hex")),
    chunk("IDAT", deflateSync(Buffer.alloc(2))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** One second of silence, 8,000 samples of 8 bits. */
export function makeWav(): Uint8Array {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + 8000, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(8000, 40);
  return Buffer.concat([head, Buffer.alloc(8000, 0x80)]);
}

const generated: readonly (readonly [string, Uint8Array])[] = [
  ["utf-8.txt", Buffer.from(`Ein Text über Zölle.\n${greek}`.repeat(20))],
  ["utf-16.txt", Buffer.from(`\ufeff${greek}`.repeat(10), "utf16le")],
  [
    "page.html",
    Buffer.from(
      `<!doctype html><html lang="el"><head><title>Τίτλος</title><meta name="author" content="A"><style>p{}</style></head><body><!-- hidden --><p>${greek}</p><a href="http://example.org/x">x</a><script>let a = "b";</script></body></html>`,
    ),
  ],
  [
    "track.gpx",
    Buffer.from(
      `<?xml version="1.0"?><gpx version="1.1"><metadata><name>Way</name><time>2024-03-01T10:00:00Z</time></metadata><wpt lat="50.85" lon="4.35"><name>Brussels</name></wpt></gpx>`,
    ),
  ],
  ["picture.png", makePng()],
  ["silence.wav", makeWav()],
  [
    "plain.zip",
    makeZip([
      ["a.txt", "alpha"],
      ["folder/b.txt", "beta ".repeat(100)],
    ]),
  ],
  [
    "mini.docx",
    makeZip([
      [
        "[Content_Types].xml",
        `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
      ],
      [
        "_rels/.rels",
        `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      ],
      [
        "word/document.xml",
        `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Hello</w:t></w:r></w:p></w:body></w:document>`,
      ],
    ]),
  ],
];

function* filesBelow(folder: URL): Generator<URL> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const url = new URL(encodeURIComponent(entry.name) + (entry.isDirectory() ? "/" : ""), folder);
    if (entry.isDirectory()) yield* filesBelow(url);
    else if (entry.isFile() && statSync(url).size <= maxSeedBytes && statSync(url).size > 0) yield url;
  }
}

/** Seeds for the wanted types, at most two a type, in a fixed order. Without ../shared/data, the generated ones alone. */
export async function loadSeeds(wanted: ReadonlySet<string>): Promise<Seed[]> {
  const seeds: Seed[] = [];
  const count = new Map<string, number>();
  const add = async (name: string, bytes: Uint8Array): Promise<void> => {
    const { id } = await identify(new MemorySource(bytes));
    if (!wanted.has(id) || (count.get(id) ?? 0) >= seedsPerType) return;
    count.set(id, (count.get(id) ?? 0) + 1);
    seeds.push({ name, type: id, bytes });
  };
  for (const [name, bytes] of [...generated, ...(await readerSeeds())]) await add(name, bytes);
  for (const folder of folders) {
    for (const url of filesBelow(new URL(`${folder}/`, data)))
      await add(decodeURIComponent(url.pathname.split("/").pop()!), readFileSync(url));
  }
  return seeds;
}
