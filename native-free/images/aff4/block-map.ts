/**
 * The one hash that vouches for the block hashes and the map of an image. Specification: AFF4 Standard 1.0a, section 6.2; of a
 * striped image each volume has its own over the stream that it holds, as the Canonical Reference Images show.
 */
import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { finding, type Finding } from "../../model/findings.ts";
import type { Term } from "./turtle.ts";
import {
  AFF4,
  bevyName,
  blockHashes,
  blockHashName,
  linearHashes,
  localName,
  properties,
  RDF_TYPE,
  types,
} from "./vocabulary.ts";
import { locate, type Volume } from "./volume.ts";

const MAX_BYTES = 1 << 30;
/** MD5, SHA-1, SHA-256, SHA-512, Blake2b: by length, then as the standard has it. */
const order = ["md5", "sha1", "sha256", "sha512", "blake2b"];
const LIST = /^(.+)\/blockhash\.(\w+)$/is;

interface Stated {
  readonly algorithm: string;
  readonly value: string;
}

type Said = ReadonlyMap<string, readonly Term[]>;

/** The first hash of a property in one of the two algorithms that the standard allows for H. */
function statedIn(said: Said | undefined, predicates: readonly string[]): Stated | null {
  for (const predicate of predicates) {
    for (const term of said?.get(predicate) ?? []) {
      const algorithm = term.kind === "literal" ? linearHashes.get(localName(term.datatype) ?? "")?.[0] : undefined;
      if (algorithm === "sha512" || algorithm === "sha256") return { algorithm, value: term.value.toLowerCase() };
    }
  }
  return null;
}

/** What does not hold: `aff4/block-hashes` of a list, `aff4/map-hash` of the map and of the whole. */
export function checkBlockMaps(volumes: readonly Volume[]): Finding[] {
  return volumes.flatMap((volume) => checkVolume(volume, volumes));
}

function checkVolume(volume: Volume, volumes: readonly Volume[]): Finding[] {
  const subjects: ReadonlyMap<string, Said> = volume.turtle?.subjects ?? new Map();
  const findings: Finding[] = [];
  const lists = listsIn(subjects);
  const sums = lists.map(({ urn, stream, kind }) => {
    const stated = statedIn(subjects.get(urn), properties.hash);
    const sum = stated && hashOfList(volumes, stream, kind, stated.algorithm);
    const differs = stated !== null && sum?.toString("hex") !== stated.value;
    if (differs) findings.push(finding("aff4/block-hashes", { volume: volume.number, algorithm: kind }));
    return { stream, kind, sum };
  });
  for (const [urn, said] of subjects) {
    const whole = statedIn(said, properties.blockMapHash);
    const path = locate(volumes, `${urn}/mapPath`)?.member.read(MAX_BYTES)?.bytes ?? null;
    const pathStated = statedIn(said, [`${AFF4}mapPathHash`]);
    if (pathStated && hashOf(pathStated.algorithm, path ?? new Uint8Array(0)).toString("hex") !== pathStated.value) {
      findings.push(finding("aff4/map-hash", { property: "mapPathHash" }));
    }
    if (!whole) continue;
    const parts = ["map", "idx"].map((name) => locate(volumes, `${urn}/${name}`)?.member.read(MAX_BYTES)?.bytes);
    const hash = createHash(whole.algorithm);
    const dependent = properties.dependentStream.flatMap((name) => said.get(name) ?? []).map(({ value }) => value);
    for (const { sum, stream } of sums) {
      if (sum && (dependent.length === 0 || dependent.includes(stream))) hash.update(sum);
    }
    for (const bytes of [...parts, path]) if (bytes) hash.update(hashOf(whole.algorithm, bytes));
    if (hash.digest("hex") !== whole.value) findings.push(finding("aff4/map-hash", { property: "blockMapHash" }));
  }
  return findings;
}

const hashOf = (algorithm: string, bytes: Uint8Array): Buffer => createHash(algorithm).update(bytes).digest();

interface List {
  readonly urn: string;
  readonly stream: string;
  readonly kind: string;
}

function listsIn(subjects: ReadonlyMap<string, Said>): List[] {
  const lists: List[] = [];
  for (const [urn, said] of subjects) {
    const isList = said.get(RDF_TYPE)?.some(({ value }) => types.blockHashes.some((type) => type === value));
    const [, stream, kind] = (isList ? LIST.exec(urn) : null) ?? [];
    if (stream !== undefined && kind !== undefined) lists.push({ urn, stream, kind: kind.toLowerCase() });
  }
  return lists.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Of the hashes of all chunks of a stream, bevy after bevy; null where there are none. */
function hashOfList(volumes: readonly Volume[], stream: string, kind: string, algorithm: string): Buffer | null {
  const ending = blockHashes.find((each) => each.ending === kind)?.ending;
  if (!ending) return null;
  const hash = createHash(algorithm);
  let found = 0;
  for (; ; found++) {
    const bevy = `${stream}/${bevyName(found)}`;
    const located = locate(volumes, blockHashName(bevy, ending)) ?? locate(volumes, `${bevy}.${ending}`);
    const bytes = located?.member.read(MAX_BYTES)?.bytes;
    if (!bytes) break;
    hash.update(bytes);
  }
  return found === 0 ? null : hash.digest();
}
