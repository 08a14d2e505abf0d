import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import {
  categories,
  hasExtensionMismatch,
  identify,
  typeRegistrations,
  typeRegistry,
} from "../../../native-free/typing/index.ts";
import { compileSignature } from "../../../native-free/typing/type-row.ts";
import { randomFrom } from "../../conformance/mutate.ts";
import { makePng, makeWav, makeZip } from "../../conformance/seeds.ts";

const typeOf = async (bytes: Uint8Array | string): Promise<string> =>
  (await identify(new MemorySource(Buffer.from(bytes)))).id;

function at(offset: number, mark: string | number[], size = offset + 64): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(typeof mark === "string" ? Buffer.from(mark, "latin1") : mark, offset);
  return bytes;
}

describe("signatures", () => {
  it.each([
    ["regf", at(0, "regf", 4096)],
    ["evtx", at(0, "ElfFile\0", 4096)],
    ["evt", at(0, [0x30, 0, 0, 0, 0x4c, 0x66, 0x4c, 0x65])],
    ["lnk", at(0, [0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46])],
    ["prefetch", at(0, [30, 0, 0, 0, 0x53, 0x43, 0x43, 0x41])],
    ["prefetch-mam", at(0, [0x4d, 0x41, 0x4d, 4])],
    ["sqlite", at(0, "SQLite format 3\0", 4096)],
    ["e01", at(0, [0x45, 0x56, 0x46, 9, 13, 10, 0xff, 0])],
    ["ex01", at(0, [0x45, 0x56, 0x46, 0x32, 13, 10, 0x81, 0])],
    ["vhdx", at(0, "vhdxfile")],
    ["vhd", at(4096 - 512, "conectix", 4096)],
    ["dmg", at(4096 - 512, [0x6b, 0x6f, 0x6c, 0x79, 0, 0, 0, 4], 4096)],
    ["iso9660", at(32_769, "CD001", 40_000)],
    ["ntfs", at(3, "NTFS    ", 512)],
    ["bitlocker", at(3, "-FVE-FS-", 512)],
    ["luks", at(0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 2])],
    ["systemd-journal", at(0, "LPKSHHRH")],
    ["pcapng", at(0, [10, 13, 13, 10, 0x1c, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a])],
    ["bplist", at(0, "bplist00")],
    ["7z", at(0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])],
    ["btrfs", at(65_600, "_BHRfS_M", 69_000)],
    ["wav", makeWav()],
    ["png", makePng()],
  ])("%s", async (id, bytes) => {
    expect(await typeOf(bytes)).toBe(id);
  });

  it("refuses a signature that is not in its language", () => {
    expect(() => compileSignature("4X")).toThrow("not understood");
    expect(() => compileSignature("? ?")).toThrow("without a fixed byte");
  });

  it("asks for structure where two bytes prove nothing", async () => {
    expect(await typeOf(at(0, "BM"))).toBe("unknown");
    expect(await typeOf("MZ is not always a program, says this line of prose.\n")).toBe("text");
    expect(await typeOf("BM25 is a ranking function.\n")).toBe("text");
  });
});

describe("MPEG audio and text with a byte order mark", () => {
  const letters = [..."abcdefghijklmnopqrstuvwxyzäöüßéèñçłőабвгдежзиклмноαβγδεζη日本語中文字"];

  it("never takes UTF-16 text of any length for sound or film", async () => {
    const numbers = randomFrom(20_260);
    const random = (): number => numbers() / 2 ** 32;
    for (let length = 1; length <= 700; length++) {
      let text = "";
      while (text.length < length) {
        const size = 1 + Math.floor(random() * 9);
        for (let index = 0; index < size; index++) text += letters[Math.floor(random() * letters.length)]!;
        text += random() < 0.1 ? "\r\n" : " ";
      }
      const little = Buffer.from(`\ufeff${text.slice(0, length)}`, "utf16le");
      for (const [bytes, charset] of [
        [little, "utf-16le"],
        [Buffer.from(little).swap16(), "utf-16be"],
      ] as const) {
        const found = await identify(new MemorySource(bytes));
        expect([found.charset, found.alternatives], `${length} characters`).toEqual([charset, []]);
        expect(["audio", "video"]).not.toContain(found.category);
      }
    }
  });

  it("asks for two headers of one stream, or a tag", async () => {
    const frame = Buffer.alloc(417);
    frame.writeUInt32BE(0xfffb9000);
    const otherRate = Buffer.from(frame);
    otherRate.writeUInt32BE(0xfffb9400);
    const id3v1 = Buffer.alloc(128);
    id3v1.write("TAG");
    const named = Buffer.from(frame.subarray(0, 200));
    named.write("Xing", 36);
    for (const one of [frame, frame.subarray(0, 100), Buffer.concat([frame, otherRate])]) {
      expect(await typeOf(one)).toBe("unknown");
    }
    for (const proof of [Buffer.concat([frame, frame.subarray(0, 4)]), Buffer.concat([frame, id3v1]), named]) {
      expect(await typeOf(proof)).toBe("mpa");
    }
    const adts = Buffer.alloc(40);
    adts.set([0xff, 0xf1, 0x50, 0x80, 0x05, 0x00, 0xfc]);
    expect(await typeOf(adts)).toBe("unknown");
    expect(await typeOf(Buffer.concat([adts, adts]))).toBe("aac");
  });
});

describe("ZIP based formats", () => {
  const contentTypes = (main: string): [string, string] => [
    "[Content_Types].xml",
    `<Types><Override PartName="/x" ContentType="${main}"/></Types>`,
  ];
  const word = "application/vnd.openxmlformats-officedocument.wordprocessingml";

  it.each([
    ["docx", [contentTypes(`${word}.document.main+xml`)]],
    ["dotx", [contentTypes(`${word}.template.main+xml`)]],
    ["docm", [contentTypes("application/vnd.ms-word.document.macroEnabled.main+xml")]],
    ["xlsx", [contentTypes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")]],
    ["xlsb", [contentTypes("application/vnd.ms-excel.sheet.binary.macroEnabled.main")]],
    ["ppsx", [contentTypes("application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml")]],
    ["odt", [["mimetype", "application/vnd.oasis.opendocument.text"]]],
    ["epub", [["mimetype", "application/epub+zip"]]],
    ["jar", [["META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"]]],
    [
      "apk",
      [
        ["META-INF/MANIFEST.MF", "x"],
        ["AndroidManifest.xml", "x"],
      ],
    ],
    ["kmz", [["doc.kml", "<kml/>"]]],
    [
      "aff4",
      [
        ["container.description", "aff4://x"],
        ["information.turtle", "x"],
      ],
    ],
    ["zip", [["notes.txt", "nothing special"]]],
  ] as [string, [string, string][]][])("%s", async (id, entries) => {
    const bytes = makeZip(entries);
    expect(await typeOf(bytes)).toBe(id);
    // Without its central directory, the local headers say the same.
    expect(await typeOf(bytes.subarray(0, bytes.length - 30))).toBe(id);
  });

  it("keeps a ZIP behind other matter as an alternative", async () => {
    const bytes = Buffer.concat([makePng(), makeZip([["a.txt", "hidden"]])]);
    const result = await identify(new MemorySource(bytes));
    expect(result).toMatchObject({ id: "png", certainty: "certain", alternatives: ["zip"] });
    expect((await identify(new MemorySource(makePng()))).alternatives).toEqual([]);
  });
});

describe("text by content", () => {
  it.each([
    ["html", "<!DOCTYPE html><html><body>x</body></html>"],
    ["html", "<!-- c --><html><head></head></html>"],
    ["xhtml", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'],
    ["xml", '<?xml version="1.0"?><list><item/></list>'],
    ["svg", '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'],
    ["kml", '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"></kml>'],
    ["gpx", '<?xml version="1.0"?>\n<!-- x -->\n<gpx version="1.1"></gpx>'],
    [
      "plist-xml",
      '<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://x"><plist version="1.0"/>',
    ],
    ["rss", '<rss version="2.0"><channel/></rss>'],
    ["fodt", '<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text"/>'],
    ["json", '{"a": [1, 2, {"b": null}]}'],
    ["json", "[1, 2, 3]\n"],
    ["text", "{this is no JSON}"],
    ["ndjson", '{"a":1}\n{"a":2}\n'],
    ["har", '{"log": {"version": "1.2", "creator": {"name": "B"}, "entries": []}}'],
    ["json", '{"log": {"level": "1.2", "entries": []}}'],
    ["csv", "name,age,city\nAnna,31,Wien\nBob,45,Rom\nCarl,23,Oslo\n"],
    ["csv", 'a;b;c\n"x;1";2;3\n4;5;6\n'],
    ["text", "Dear Sir, thank you.\nI write, as agreed, to you, today.\nYours, A.\n"],
    ["tsv", "a\tb\tc\n1\t2\t3\n"],
    ["rtf", "{\\rtf1\\ansi hello}"],
    [
      "eml",
      "From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\nDate: Fri, 1 Mar 2024 10:00:00 +0100\r\n\r\nBody\r\n",
    ],
    ["text", "From: me\nAbout: nothing\n\nJust a memo.\n"],
    ["mbox", "From a@example.org Fri Mar  1 10:00:00 2024\nFrom: a@example.org\nSubject: x\nDate: x\n\nBody\n"],
    ["vcard", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n"],
    ["icalendar", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"],
    ["ps", "%!PS-Adobe-3.0\n%%EOF\n"],
    ["eps", "%!PS-Adobe-3.0 EPSF-3.0\n%%EOF\n"],
    ["shell", "#!/bin/bash\necho\n"],
    ["python", "#!/usr/bin/env python3\nprint(1)\n"],
    ["pgp-armor", "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n"],
    ["pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"],
    ["php", "<?php echo 1;\n"],
    ["reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER]\r\n"],
    ["subrip", "1\n00:00:01,000 --> 00:00:02,000\nHello\n"],
    [
      "whatsapp-export",
      "01.03.24, 10:00 - Anna: Hallo\n01.03.24, 10:01 - Bob: Hi\n01.03.24, 10:02 - Anna: Wie geht es?\n",
    ],
    ["text", "Just some words.\n"],
  ])("%s", async (id, text) => {
    expect(await typeOf(text)).toBe(id);
  });

  it("tells JSON whose head ends in the middle", async () => {
    const long = `[${Array.from({ length: 9000 }, (_, index) => `{"id": ${index}, "name": "item \\u0041 ${index}"}`).join(",\n")}]`;
    expect(await typeOf(long)).toBe("json");
    expect(await typeOf(long.replace('"id": 9,', '"id" 9,'))).toBe("text");
  });
});

describe("extension mismatch", () => {
  const mismatch = async (bytes: Uint8Array | string, name: string): Promise<boolean> =>
    hasExtensionMismatch(await identify(new MemorySource(Buffer.from(bytes))), name);
  const docx = makeZip([
    ["[Content_Types].xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"],
  ]);

  it.each([
    ["a picture named as text", makePng(), "holiday.txt", true],
    ["a picture named as another picture", makePng(), "holiday.jpg", true],
    ["a picture under its own name", makePng(), "HOLIDAY.PNG", false],
    ["text named as a picture", "hello world", "holiday.jpg", true],
    ["text named as a log", "hello world", "server.log", false],
    ["CSV named as text", "a,b,c\n1,2,3\n4,5,6\n", "list.txt", false],
    ["a DOCX named as the archive that it is", docx, "report.zip", false],
    ["an archive named as DOCX", makeZip([["a.txt", "x"]]), "report.docx", true],
    ["a DOCX named as a workbook", docx, "report.xlsx", true],
    ["an extension that nobody owns", makePng(), "holiday.qqq", false],
    ["an extension that says nothing", makePng(), "holiday.bin", false],
    ["no extension", makePng(), "holiday", false],
    ["a hidden file", "x=1\n", ".png", false],
    ["an empty file", "", "holiday.jpg", false],
    [
      "noise named as a picture",
      Uint8Array.from({ length: 999 }, (_, index) => (index * 7919 + ((index * index) >> 3)) & 0xff),
      "holiday.jpg",
      true,
    ],
  ] as [string, Uint8Array | string, string, boolean][])("%s", async (_what, bytes, name, expected) => {
    expect(await mismatch(bytes, name)).toBe(expected);
  });
});

describe("the registry", () => {
  it("knows at least 250 types by signature or structure, each with name, MIME type and category", () => {
    const types = [...typeRegistry.values()];
    expect(types.filter(({ row }) => row.sig ?? row.check).length).toBeGreaterThanOrEqual(250);
    for (const type of types) {
      expect(type.id).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      expect(type.mime).toMatch(/^[a-z]+\/[a-zA-Z0-9.+-]+$/);
      expect(type.name).not.toBe("");
      expect(
        type.extensions.every((extension) => /^[a-z0-9+_-]+$/.test(extension)),
        type.id,
      ).toBe(true);
      if (type.parent) expect(typeRegistry.has(type.parent), `${type.id} → ${type.parent}`).toBe(true);
    }
    expect(typeRegistrations()).toHaveLength(types.length);
    expect(new Set(categories.map(({ id }) => id)).size).toBe(categories.length);
  });
});

describe("identify", () => {
  it("never throws and answers with registered ids, whatever the bytes", async () => {
    const marks = [
      "PK\x03\x04",
      "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
      "II*\0",
      "RIFF\0\0\0\0WEBPVP8",
      "\x1aE\xdf\xa3",
      "OggS\0",
      "ID3\x03",
      "MZ",
      "\xff\xfb",
      "\xca\xfe\xba\xbe",
      "\x99\x01",
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("", ...marks), fc.uint8Array({ maxLength: 2000 }), async (mark, rest) => {
        const result = await identify(new MemorySource(Buffer.concat([Buffer.from(mark, "latin1"), rest])));
        expect(typeRegistry.has(result.id)).toBe(true);
        expect(["certain", "possible", "none"]).toContain(result.certainty);
      }),
      { numRuns: 400 },
    );
  });

  it("answers for nothing and for noise", async () => {
    expect(await identify(new MemorySource(new Uint8Array(0)))).toMatchObject({ id: "empty", certainty: "certain" });
    expect(await identify(new MemorySource(Uint8Array.of(1, 0, 2)))).toMatchObject({
      id: "unknown",
      certainty: "none",
      charset: null,
    });
  });
});
