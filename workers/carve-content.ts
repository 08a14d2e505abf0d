/**
 * Bytes that are no file, or none that anybody knows how to read: scanned for identifiers and terms of watch-lists, and for files, which become items of their own.
 */
import type { ByteSource } from "../native-free/bytes/byte-source.ts";
import type { CarvedKind } from "../native-free/carving/carver.ts";
import { carvers } from "../native-free/carving/index.ts";
import { recognisers } from "../native-free/entities/index.ts";
import type { Child, Extractor } from "../native-free/model/extraction.ts";
import { finding, type Finding } from "../native-free/model/findings.ts";
import { contentOf } from "../native-free/scanning/carve-ledger.ts";
import { ByteScanner } from "../native-free/scanning/scan-bytes.ts";
import type { FoundFile } from "../native-free/scanning/scan-events.ts";
import { streamDecoders } from "../native-free/scanning/streams/index.ts";
import type { ContentEntities } from "./content-entities.ts";
import type { ContentLimits } from "./examine-content.ts";

/** Stands for all carvers where an item names what found it; its id is in the keys of items. */
export const carving: Extractor = {
  ...{ id: "carve", family: "container", name: "Carved files", spec: "native-free/carving", level: "partial" },
  types: [],
  // eslint-disable-next-line require-yield
  async *extract() {
    throw new Error("files are carved by the scan");
  },
};

/** Files of one content that are kept; more of them are noise that a carver takes for files. */
const mostFiles = 100_000;
const chunkBytes = 1 << 20;

let scanner: { readonly of: CarveWork["limits"]; readonly scanner: ByteScanner } | null = null;
let beat: () => void = () => undefined;

export interface CarveWork {
  readonly source: ByteSource;
  /** The same bytes and what follows them on the medium; null where nothing does. */
  readonly beyond: ByteSource | null;
  /** Of a cluster; 0 where nobody says. */
  readonly blockBytes: number;
  readonly carve: boolean;
  readonly limits: Pick<ContentLimits, "recognises" | "watch">;
  readonly beat: () => void;
}

/** Made once: a thread asks with the same limits for its life. */
function scannerFor({ recognises, watch }: CarveWork["limits"]): ByteScanner {
  if (scanner?.of.recognises === recognises && scanner.of.watch === watch) return scanner.scanner;
  const parts = { carvers, recognisers: recognises ? recognisers : [], terms: watch?.raw ?? null };
  const made = new ByteScanner({ ...parts, decoders: streamDecoders }, { beat: () => beat() });
  scanner = { of: { recognises, watch }, scanner: made };
  return made;
}

/** Scans all bytes. What is carved is opened when it is asked for. */
export function scanContent(work: CarveWork, entities: ContentEntities): readonly Child[] {
  const source = work.beyond ?? work.source;
  const files: FoundFile[] = [];
  beat = work.beat;
  scannerFor(work.limits).scan(
    source,
    { from: 0, to: work.source.size, carve: work.carve, blockBytes: work.blockBytes },
    {
      feature: (inside, feature) => entities.inBytes(inside, feature),
      term: (inside, term) => entities.termInBytes(inside, term),
      file: (inside, file) => {
        if (inside.length === 0 && files.length < mostFiles) files.push(file);
      },
      cut: () => undefined,
    },
  );
  return files.map((file) => childOf(file, source));
}

const kinds: ReadonlyMap<string, CarvedKind> = new Map(
  carvers.flatMap((carver) => carver.kinds.map((kind) => [kind.id, kind] as const)),
);

function childOf({ carver, offset, carved }: FoundFile, source: ByteSource): Child {
  const kind = kinds.get(carved.kind);
  const name = `${carved.kind}-${offset}.${kind?.extension ?? "bin"}`;
  return {
    ...{ key: `${carver}@${offset}`, name: { text: name, bytes: null }, kind: "file", origin: "carved" },
    ...{ size: carved.length, packedSize: null, times: [], findings: [...verdictOf(carved), ...carved.findings] },
    content: { open: () => piecesOf(contentOf(source, offset, carved)) },
  };
}

function verdictOf({ verdict, pieces }: FoundFile["carved"]): Finding[] {
  const found: Finding[] = [];
  if (verdict !== "complete") found.push(finding(verdict === "truncated" ? "carving/truncated" : "carving/fragment"));
  if (pieces && pieces.length > 1) found.push(finding("carving/in-pieces", { pieces: pieces.length }));
  return found;
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += chunkBytes) {
    const piece = new Uint8Array(Math.min(chunkBytes, source.size - at));
    source.readInto(piece, at);
    yield piece;
  }
}
