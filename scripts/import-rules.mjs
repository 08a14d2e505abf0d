/** What each part of the code may import: the lists behind `.dependency-cruiser.mjs`. */

/** npm packages that pure code may use: none of them opens files, threads, processes or sockets when used as we do. */
export const pureCodePackages = [
  "7z-wasm", // LGPL-2.1 with the unRAR restriction, a file of its own: 7z, RAR, CAB, CHM, ARJ, LZH …, WebAssembly
  "@hyzyla/pdfium", // MIT: PDF text and rendering, WebAssembly
  "asn1js", // BSD-3-Clause: ASN.1 of signatures
  "eld", // Apache-2.0: language detection
  "file-type", // MIT: signatures, second to our own table
  "hash-wasm", // MIT: BLAKE3, xxHash, MD4 and the second implementation of every hash
  "htmlparser2", // MIT: HTML, event by event
  "iconv-lite", // MIT: character sets that TextDecoder lacks
  "jschardet", // 0BSD: character set detection
  "libphonenumber-js", // MIT: numbering plans of telephone numbers
  "music-metadata", // MIT: sound and video metadata
  "pdfjs-dist", // Apache-2.0: PDF metadata and attachments
  "re2js", // MIT: regular expressions in linear time
  "saxes", // ISC: XML, event by event, no DTD
  "seek-bzip", // MIT: bzip2
  "xz-decompress", // MIT: xz, WebAssembly
  "yauzl", // MIT: ZIP central directory
  "zod", // MIT: checks at trust boundaries
];

/** Built-in modules that pure code may use: they compute, and touch nothing outside. */
export const pureCodeBuiltins = ["zlib", "crypto", "buffer"];

/** Packages that are the operating system's or the database's, each with the only folder that may import it. */
export const reservedPackages = [
  { name: "better-sqlite3", folder: "src/case" },
  { name: "sqlite", folder: "src/case" },
  { name: "koffi", folder: "src/platform" },
];

/** Licences that a package in the product may have. */
export const permissiveLicences = [
  "MIT",
  "(MIT OR CC0-1.0)",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "Unlicense",
  "CC0-1.0",
  "(MIT OR CC0-1.0)",
];

/** Packages under a weaker copyleft, each kept as a file of its own that can be replaced. */
export const replaceablePackages = [
  "7z-wasm", // LGPL-2.1-or-later with the unRAR restriction: one WebAssembly file beside a small loader
];
