/** Extensions: which types own one, and when a name contradicts the content. */
import { typeRegistry } from "./registry.ts";
import type { TypeId } from "./type-row.ts";

/** Extensions that say nothing: they belong to too many programs. */
const generic = new Set(
  "bin dat data db tmp temp bak old log img dd raw 001 out part index cache idx sav dmp dump backup file".split(" "),
);

/** Types that carry each other's extensions without deceiving anybody. */
const families: readonly (readonly TypeId[])[] = [
  ["mp4", "m4v", "m4a", "quicktime", "3gp", "3g2", "iso-bmff"],
  ["heic", "heif", "avif"],
  ["ogg", "oga", "ogv", "ogm"],
  ["matroska", "webm", "ebml"],
  ["mp3", "mpa"],
  ["asf", "wma", "wmv"],
  ["mpeg-ps", "mpeg-es", "mpeg-ts"],
  ["tiff", "dng", "nef", "cr2", "arw", "pef", "srw"],
  ["png", "apng"],
  ["xls", "xls-old"],
  ["doc", "doc-old"],
  ["ps", "eps"],
  ["pbm", "pgm", "ppm", "pam"],
  ["ttf", "otf", "ttc"],
  ["pgp", "pgp-armor"],
  ["gzip", "bzip2", "xz", "compress", "tar"],
  ["macho", "macho-fat"],
  ["pst", "ost"],
  ["pem", "x509-der", "pkcs7"],
  ["jp2", "jpx", "jpm", "mj2", "j2c"],
  ["jks", "pkcs12"],
  ["ooxml-encrypted", "xls", "doc", "ppt"],
  ["pe", "ne", "lx", "dos-exe"],
  ["xhtml", "html", "xml"],
  ["cab", "installshield-cab"],
  ["iso9660", "udf"],
];

const owners = new Map<string, TypeId[]>();
for (const type of typeRegistry.values()) {
  for (const extension of type.extensions) owners.set(extension, [...(owners.get(extension) ?? []), type.id]);
}

/** Lower-case extension of a name, or null: `.bashrc` and `README` have none. */
export function extensionOf(fileName: string): string | null {
  const at = fileName.lastIndexOf(".");
  return at > 0 && at < fileName.length - 1 ? fileName.slice(at + 1).toLowerCase() : null;
}

export function typesByExtension(extension: string): readonly TypeId[] {
  return owners.get(extension) ?? [];
}

const ancestries = new Map<TypeId, readonly TypeId[]>();

/** The type and what it is a kind of, nearest first. */
export function ancestryOf(id: TypeId): readonly TypeId[] {
  const known = ancestries.get(id);
  if (known) return known;
  const chain = chainOf(id);
  // Ids that nobody registered may be many: they are not remembered.
  if (typeRegistry.has(id)) ancestries.set(id, chain);
  return chain;
}

/** A type and every type that is a kind of it: what one reader of the format can read. */
export function kindsOf(id: TypeId): readonly TypeId[] {
  return [...typeRegistry.keys()].filter((kind) => ancestryOf(kind).includes(id));
}

function chainOf(id: TypeId): TypeId[] {
  const chain: TypeId[] = [];
  for (let at: TypeId | null = id; at && !chain.includes(at); at = typeRegistry.get(at)?.parent ?? null) chain.push(at);
  return chain;
}

/**
 * True only when the extension belongs to a known type and the content is something else. Not a mismatch: an extension of
 * a type that the content is a kind of (a DOCX named .zip says the truth about its container; a ZIP named .docx does not),
 * any text named like any other text, members of one family, empty files, extensions that say nothing.
 */
export function contradicts(content: { id: TypeId; alternatives: readonly TypeId[] }, fileName: string): boolean {
  const extension = extensionOf(fileName);
  if (extension === null || generic.has(extension) || content.id === "empty") return false;
  const claimed = typesByExtension(extension);
  if (claimed.length === 0) return false;
  const candidates = [content.id, ...content.alternatives].flatMap((id) => ancestryOf(id));
  if (claimed.some((id) => candidates.includes(id))) return false;
  const isText = ancestryOf(content.id).includes("text");
  if (isText && claimed.some((id) => ancestryOf(id).includes("text"))) return false;
  return !families.some((family) => family.includes(content.id) && claimed.some((id) => family.includes(id)));
}
