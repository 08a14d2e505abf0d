/** Extensions as the package file-type answers them → ids of the registry, where they are not the same word. */
import { typeRegistry } from "./registry.ts";
import type { TypeId } from "./type-row.ts";

const renamed: Readonly<Record<string, TypeId>> = {
  jpg: "jpeg",
  tif: "tiff",
  gz: "gzip",
  "tar.gz": "gzip",
  bz2: "bzip2",
  mid: "midi",
  mkv: "matroska",
  mov: "quicktime",
  mpg: "mpeg-ps",
  mp1: "mpa",
  mp2: "mpa",
  opus: "oga",
  spx: "oga",
  ogx: "ogg",
  exe: "pe",
  Z: "compress",
  lz: "lzip",
  cfb: "ole",
  mts: "mpeg-ts",
  aif: "aiff",
  wv: "wavpack",
  dcm: "dicom",
  ics: "icalendar",
  alias: "apple-alias",
  m4p: "m4a",
  m4b: "m4a",
  f4a: "m4a",
  f4b: "m4a",
  f4v: "mp4",
  f4p: "mp4",
  mpc: "musepack",
  zst: "zstd",
  vcf: "vcard",
  class: "java-class",
  icc: "iccprofile",
  vtt: "webvtt",
  drc: "draco",
  rm: "realmedia",
  sav: "spss",
  dat: "regf",
  key: "keynote",
  iso: "iso9660",
};

/** The id for one of the package's extensions, or null for one that the registry does not have. */
export function idForPackageExtension(extension: string): TypeId | null {
  const id = renamed[extension] ?? extension;
  return typeRegistry.has(id) ? id : null;
}
