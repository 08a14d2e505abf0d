/** Every sample of the folder, in a fixed order. */
import { Buffer } from "node:buffer";
import { steadyZip } from "./archive.ts";
import { gzipFixed } from "./deflate.ts";
import { letterSamples } from "./letters.ts";
import { nameSamples } from "./names.ts";
import { officeSamples, wordDocument } from "./office.ts";
import { openDocumentSamples } from "./open-document.ts";
import { pageDocument } from "./page-document.ts";
import { jpeg, png } from "./picture.ts";
import type { Sample } from "./sample.ts";
import { mp3, wav } from "./sound.ts";
import { tradeSamples } from "./trade.ts";

/** All samples; paths are unique also where case does not count. */
export function allSamples(): Sample[] {
  return [
    ...letterSamples(),
    ...officeSamples(),
    ...openDocumentSamples(),
    ...tradeSamples(),
    ...pageSamples(),
    ...pictureSamples(),
    ...soundSamples(),
    ...archiveSamples(),
    ...nameSamples(),
    ...remainders(),
  ];
}

const author = "Zenobia Halvorqvist";

function pageSamples(): Sample[] {
  const pages = [
    ["Bill of lading", "Shipper: Brackenfold Shipping, Port Ambrine", "Marks: Thistlewrack 1 to 40"],
    ["Page two: conditions", "The carrier is not liable for Plumperdink (wet stowage)."],
    ["Page three: signatures", "Signed for the master: O. Fernsby-Quast, café d'Ambrine"],
  ];
  return [
    {
      path: "contracts/Bill of lading.pdf",
      data: pageDocument({ title: "Bill of lading 17/26", author, pages }),
      expect: {
        type: "pdf",
        status: "done",
        words: ["Thistlewrack", "Plumperdink"],
        fields: { title: "Bill of lading 17/26", author, pageCount: "3" },
      },
    },
    {
      path: "disguised/holiday.jpg",
      data: pageDocument({ title: "Price agreement", author, pages: [["Secret price list: Nobblestoke pays half."]] }),
      expect: { type: "pdf", status: "done", words: ["Nobblestoke"], extensionMismatch: true },
    },
  ];
}

function photograph(seed: number): Uint8Array {
  return jpeg(24, 16, (x, y) => (x * 9 + y * 13 + seed * 40) % 256, {
    main: {
      0x010f: { ascii: "Glimmerhorn" },
      0x0110: { ascii: "GH-7 Pocket" },
      0x0112: { short: 1 },
      0x0131: { ascii: "Glimmer Firmware 2.4" },
      0x0132: { ascii: "2026:01:28 14:03:22" },
      0x013b: { ascii: author },
    },
    exif: {
      0x9003: { ascii: `2026:01:28 14:03:2${seed}` },
      0xa431: { ascii: "GH7-000451" },
      0xa434: { ascii: "Glimmerhorn 28mm f/2.8" },
    },
    gps: {
      0: { bytes: [2, 3, 0, 0] },
      1: { ascii: "N" },
      2: {
        rational: [
          [53, 1],
          [32, 1],
          [4_500, 100],
        ],
      },
      3: { ascii: "E" },
      4: {
        rational: [
          [9, 1],
          [58, 1],
          [1_230, 100],
        ],
      },
      5: { bytes: [0] },
      6: { rational: [[7, 1]] },
    },
  });
}

function pictureSamples(): Sample[] {
  const camera = { camera: "Glimmerhorn", cameraModel: "GH-7 Pocket", cameraSerial: "GH7-000451" };
  return [
    {
      path: "pictures/quay.jpg",
      data: photograph(2),
      expect: { type: "jpeg", status: "done", fields: { ...camera, latitude: "53.545833", longitude: "9.970083" } },
    },
    {
      path: "disguised/notes.txt",
      data: photograph(5),
      expect: { type: "jpeg", status: "done", fields: camera, extensionMismatch: true },
    },
    {
      path: "pictures/stamp.png",
      data: png(64, 32, (x, y) => ((x >> 3) ^ (y >> 3)) * 20, {
        Title: "Company stamp",
        Author: author,
        Comment: "Rattlebury seal",
      }),
      expect: { type: "png", status: "done" },
    },
  ];
}

function soundSamples(): Sample[] {
  return [
    {
      path: "sound/horn.wav",
      data: wav({ INAM: "Harbour horn", IART: "Fiddlewharf harbour office" }),
      expect: { type: "wav", status: "done", fields: { title: "Harbour horn" } },
    },
    {
      path: "sound/dictation.mp3",
      data: mp3({ TIT2: "Dictation Snorkelpeg", TPE1: author, TALB: "Diktate März" }),
      expect: { type: "mp3", status: "done", fields: { title: "Dictation Snorkelpeg", album: "Diktate März" } },
    },
  ];
}

function archiveSamples(): Sample[] {
  const about = { title: "Side letter", author, savedBy: author };
  const letter = wordDocument(about, ["Side letter: half of the price is paid through Zephyrquartz Holding."]);
  const innermost = steadyZip([{ name: "Side letter.docx", data: letter }]);
  const middle = steadyZip([
    { name: "inner.zip", data: innermost },
    { name: "readme.txt", data: "Wobbleframe archive, keep.\n" },
  ]);
  return [
    {
      path: "backup/outer.zip",
      data: steadyZip([{ name: "2026/middle.zip", data: middle }]),
      expect: {
        type: "zip",
        status: "done",
        children: {
          "2026/middle.zip": {
            type: "zip",
            status: "done",
            children: {
              "readme.txt": { type: "text", status: "done", words: ["Wobbleframe"] },
              "inner.zip": {
                type: "zip",
                status: "done",
                children: { "Side letter.docx": { type: "docx", status: "done", words: ["Zephyrquartz"] } },
              },
            },
          },
        },
      },
    },
    {
      path: "backup/log.txt.gz",
      data: gzipFixed(Buffer.from("Nightly run: Twiddlebeck stored.\n"), "log.txt", 1_770_100_000),
      expect: {
        type: "gzip",
        status: "done",
        children: { "log.txt": { type: "text", status: "done", words: ["Twiddlebeck"] } },
      },
    },
  ];
}

function remainders(): Sample[] {
  const damaged = pageDocument({ title: "Torn", author, pages: [["Torn page: Frazzlemire."]] });
  return [
    { path: "misc/empty.dat", data: new Uint8Array(0), expect: { type: "empty", status: "done" } },
    {
      path: "misc/torn.zip",
      data: steadyZip([
        { name: "a.txt", data: "Whole part.\n" },
        { name: "b.txt", data: "Lost part.\n" },
      ]).subarray(0, 90),
      expect: { type: "zip", status: "partial", reason: "damaged" },
    },
    {
      path: "misc/torn.pdf",
      data: damaged.subarray(0, damaged.length - 400),
      expect: { type: "pdf", status: "failed", reason: "damaged" },
    },
    {
      path: "misc/twin of readme.txt",
      data: Buffer.from("Wobbleframe archive, keep.\n"),
      expect: { type: "text", status: "done", words: ["Wobbleframe"] },
    },
    {
      path: "misc/random.bin",
      data: Buffer.from(Array.from({ length: 4_096 }, (_, index) => ((index * 2_654_435_761) >>> 13) & 0xff)),
      expect: { type: "unknown", status: "partial", reason: "unsupported" },
    },
  ];
}
