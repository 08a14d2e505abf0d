/**
 * 7-Zip 24.09 as WebAssembly (LGPL-2.1 with the unRAR restriction): a package of its own, loaded on first use, that can be replaced. Each
 * command runs in a fresh instance, so that a trap costs that command alone. Archives are read through ByteSource on demand; files come out
 * into memory, never to a disk. The module has one thread and at most 2 GiB of memory, which go with the instance.
 */
import { Buffer, isUtf8 } from "node:buffer";
import type { ByteSource } from "../bytes/byte-source.ts";

/** A file that the module sees, under `/in`. */
export interface Mounted {
  readonly name: string;
  readonly source: ByteSource;
}

/** What becomes of a file that comes out: kept in memory, decoded and forgotten, or the command ends here. */
export type Wish = "keep" | "drop" | "stop";

export interface Command {
  readonly args: readonly string[];
  readonly mounted: readonly Mounted[];
  /** Asked once for each file, by the path that the archive gives it, in the order of the archive. */
  readonly wishOf: (path: string) => Wish;
  /** Sum of the files that are kept, in bytes; the command ends where there is more. */
  readonly keptBytes: number;
}

export interface Output {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface Problem {
  /** `Data Error`, `Wrong password` …, without name. */
  readonly text: string;
  readonly path: string;
  /** How many files had come out when it was told. */
  readonly after: number;
}

export interface Ran {
  readonly stdout: string;
  /** Whether there was more of it than is kept. */
  readonly isCut: boolean;
  readonly stderr: string;
  /** In order, with null for those that were dropped. */
  readonly outputs: readonly (Output | null)[];
  readonly problems: readonly Problem[];
  /** `full`: files that were kept are larger than allowed. `fault`: it trapped, or gave up with an exception. */
  readonly ending: "done" | "stopped" | "full" | "fault";
}

interface Node {
  id: number;
  mode: number;
  usedBytes: number;
  contents: Uint8Array | Int8Array | null;
  node_ops: object;
  stream_ops: object;
}
interface Stream {
  node: Node;
  position: number;
  stream_ops: object;
}

/** The parts of Emscripten's file system that are used; its own typings leave most of them out. */
interface Files {
  streams: (Stream | null)[];
  mkdir(path: string): unknown;
  createFile(parent: string, name: string, properties: undefined, canRead: boolean, canWrite: boolean): Node;
  open(path: string, flags: number | string, mode?: number): Stream;
  write(stream: Stream, buffer: Uint8Array, offset: number, length: number, position?: number, own?: boolean): number;
  ftruncate(fd: number, length: number): void;
  symlink(target: string, path: string): unknown;
}
interface Module {
  readonly FS: Files;
  callMain(args: string[]): number;
}

const MOST_PRINTED_BYTES = 96 * 1024 * 1024;
const CREATES = 0o100;
const outFolder = "/out/";

class Stop extends Error {
  readonly why: "stopped" | "full";
  constructor(why: "stopped" | "full") {
    super(why);
    this.why = why;
  }
}

async function load(): Promise<Module> {
  // The package is CommonJS whose only export is the factory, which its typings do not say.
  const make = (await import("7z-wasm")).default as unknown as (options: object) => Promise<Module>;
  const silent = (): undefined => undefined;
  // Written to stream by stream below, and never printed.
  const options = { print: silent, printErr: silent, stdout: silent, stderr: silent, stdin: () => null };
  return make(options);
}

/** Text that the module prints, in pieces as it writes them. */
class Printed {
  readonly pieces: Uint8Array[] = [];
  size = 0;
  isCut = false;

  add(piece: Uint8Array): void {
    if (this.size + piece.length > MOST_PRINTED_BYTES) {
      this.isCut = true;
      throw new Stop("stopped");
    }
    this.pieces.push(piece);
    this.size += piece.length;
  }

  get text(): string {
    const bytes = Buffer.concat(this.pieces);
    return isUtf8(bytes) ? bytes.toString("utf8") : bytes.toString("latin1").split("\n").map(escaped).join("\n");
  }
}

/** A line as bytes: where it is no UTF-8, those above 127 become U+EF80 to U+EFFF, as 7-Zip itself writes them elsewhere. */
function escaped(line: string): string {
  const bytes = Buffer.from(line, "latin1");
  if (isUtf8(bytes)) return bytes.toString("utf8");
  return line.replace(/[\u0080-\u00ff]/g, (byte) => String.fromCharCode(0xef00 + byte.charCodeAt(0)));
}

/** One command in one instance. */
class Run {
  readonly stdout = new Printed();
  readonly stderr = new Printed();
  readonly #files: Files;
  readonly #command: Command;
  readonly #opened: { path: string; node: Node; isKept: boolean }[] = [];
  readonly #dropped = new Set<Node>();
  readonly #sinks = new Set<Node>();
  #kept = 0;
  /** Targets of symbolic links, by path. They are made when everything else has come out, in place of empty files. */
  readonly #links = new Map<string, string>();
  /** Where each piece of stderr was written: how many files had come out. */
  readonly #marks: number[] = [];

  constructor(files: Files, command: Command) {
    this.#files = files;
    this.#command = command;
    files.mkdir("/in");
    files.mkdir("/out");
    files.mkdir("/sink");
    for (const mounted of command.mounted) this.#mount(mounted);
    this.#listen(1, this.stdout, () => undefined);
    this.#listen(2, this.stderr, () => this.#marks.push(this.#opened.length));
    this.#catchFiles();
  }

  get outputs(): (Output | null)[] {
    return this.#opened.map(({ path, node, isKept }) => (isKept ? { path, bytes: this.#bytesOf(path, node) } : null));
  }

  #bytesOf(path: string, { contents, usedBytes }: Node): Uint8Array {
    const target = usedBytes === 0 ? this.#links.get(path) : undefined;
    if (target !== undefined) return Buffer.from(target, "utf8");
    // Signed where one write made it.
    return contents ? new Uint8Array(contents.buffer, contents.byteOffset, usedBytes).slice() : new Uint8Array(0);
  }

  /** Lines of stderr that name a file, with how many files had come out before. */
  get problems(): Problem[] {
    const problems: Problem[] = [];
    let rest = "";
    this.stderr.pieces.forEach((piece, index) => {
      const lines = (rest + Buffer.from(piece).toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, text, path] = /^ERROR: (.+?) : (.+)$/.exec(line) ?? [];
        if (text !== undefined && path !== undefined) problems.push({ text, path, after: this.#marks[index]! });
      }
    });
    return problems;
  }

  /** A file whose bytes are read when they are asked for. */
  #mount({ name, source }: Mounted): void {
    const node = this.#files.createFile("/in", name, undefined, true, false);
    node.usedBytes = source.size;
    const epoch = new Date(0);
    const attributes = { dev: 1, nlink: 1, uid: 0, gid: 0, rdev: 0, atime: epoch, mtime: epoch, ctime: epoch };
    const getattr = () => ({
      ...attributes,
      ino: node.id,
      mode: node.mode,
      size: source.size,
      blksize: 65_536,
      blocks: Math.ceil(source.size / 512),
    });
    node.node_ops = { ...node.node_ops, getattr };
    const read = (_stream: Stream, heap: Uint8Array, offset: number, length: number, position: number): number => {
      const count = Math.max(0, Math.min(length, source.size - position));
      return count === 0 ? 0 : source.readInto(new Uint8Array(heap.buffer, heap.byteOffset + offset, count), position);
    };
    node.stream_ops = { ...node.stream_ops, read };
  }

  #listen(fd: number, printed: Printed, mark: () => void): void {
    const stream = this.#files.streams[fd]!;
    const write = (_stream: Stream, heap: Uint8Array, offset: number, length: number): number => {
      mark();
      printed.add(new Uint8Array(heap.buffer, heap.byteOffset + offset, length).slice());
      return length;
    };
    stream.stream_ops = { ...stream.stream_ops, write };
  }

  /** Files do not come to lie at their names, which may be hostile or alike, but one beside the other by number. */
  #catchFiles(): void {
    const files = this.#files;
    const { open, write, ftruncate } = files;
    files.open = (path, flags, mode) => {
      const isNew = typeof flags === "number" && (flags & CREATES) !== 0 && path.startsWith(outFolder);
      return isNew
        ? this.#create(path.slice(outFolder.length), () => open(`/sink/${this.#opened.length}`, flags, mode))
        : open(path, flags, mode);
    };
    files.write = (stream, buffer, offset, length, position, own) => {
      if (this.#dropped.has(stream.node)) {
        if (position === undefined) stream.position += length;
        return length;
      }
      if (this.#sinks.has(stream.node)) {
        this.#kept += length;
        if (this.#kept > this.#command.keptBytes) throw new Stop("full");
      }
      return write(stream, buffer, offset, length, position, own);
    };
    // Sizes are set before anything is written, as the archive declares them.
    files.ftruncate = (fd, length) => {
      const node = files.streams[fd]?.node;
      if (node && this.#sinks.has(node)) return;
      ftruncate(fd, length);
    };
    files.symlink = (target, path) => this.#links.set(path.slice(outFolder.length), target);
  }

  #create(path: string, open: () => Stream): Stream {
    const wish = this.#command.wishOf(path);
    if (wish === "stop") throw new Stop("stopped");
    const stream = open();
    this.#opened.push({ path, node: stream.node, isKept: wish === "keep" });
    this.#sinks.add(stream.node);
    if (wish === "drop") this.#dropped.add(stream.node);
    return stream;
  }
}

/** Runs a command (`["l", "-slt", "/in/NAME"]`). Never throws for what the archive holds. */
export async function runSevenZip(command: Command): Promise<Ran> {
  const { FS, callMain } = await load();
  const run = new Run(FS, command);
  let ending: Ran["ending"] = "done";
  // The module sets the exit status of whatever runs it.
  const exitCode = process.exitCode;
  try {
    callMain([...command.args]);
  } catch (error) {
    ending = error instanceof Stop ? error.why : "fault";
  } finally {
    process.exitCode = exitCode;
  }
  const { stdout, stderr, outputs, problems } = run;
  return { stdout: stdout.text, isCut: stdout.isCut, stderr: stderr.text, outputs, problems, ending };
}
