/**
 * What the values of a property list become, in their binary and in their XML form alike: lines of key and value, children
 * of larger data, and for Safari's web archives a child for every saved resource, named by its address.
 */
import { Buffer } from "node:buffer";
import { bytesChild } from "../part-child.ts";
import { TextBlocks, type DocumentRun } from "../document-run.ts";

/** Data from here on may be something of its own; smaller ones are given as hexadecimal digits. */
const CHILD_BYTES = 32;
const MOST_CHILDREN = 10_000;

interface Frame {
  key: string | null;
  readonly isDictionary: boolean;
  resource: Uint8Array | null;
  url: string | null;
}

export class ValueSink {
  readonly #run: DocumentRun;
  readonly #blocks: TextBlocks;
  readonly #frames: Frame[] = [];
  #children = 0;
  #resources = 0;

  constructor(run: DocumentRun) {
    this.#run = run;
    this.#blocks = new TextBlocks(run, null);
  }

  /** From here on: values that nothing leads to. */
  leaveTree(): void {
    this.#blocks.relabel("unreferenced values");
  }

  open(isDictionary: boolean): void {
    const key = this.#key;
    if (key !== null && isDictionary) this.#line(`${key}:`);
    this.#frames.push({ key: isDictionary ? null : key, isDictionary, resource: null, url: null });
  }

  close(): void {
    const frame = this.#frames.pop();
    if (frame?.resource) this.#resource(frame.resource, frame.url);
  }

  key(name: string): void {
    const frame = this.#frames.at(-1);
    if (frame) frame.key = name;
  }

  /** A string, a number or a date as text. */
  value(text: string): void {
    const key = this.#key;
    const frame = this.#frames.at(-1);
    if (frame && key === "WebResourceURL") frame.url = text;
    if (text === "") return;
    this.#line(key === null ? text : `${key}: ${text}`);
  }

  data(bytes: Uint8Array): void {
    const frame = this.#frames.at(-1);
    if (frame && this.#key === "WebResourceData") frame.resource = bytes;
    else if (bytes.length >= CHILD_BYTES && this.#children < MOST_CHILDREN) this.#child("data", "", bytes);
    else this.value(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex"));
  }

  finish(): void {
    while (this.#frames.length > 0) this.close();
    this.#blocks.flush();
  }

  get #key(): string | null {
    return this.#frames.at(-1)?.key ?? null;
  }

  /** The first resource of a web archive is the page itself. */
  #resource(bytes: Uint8Array, url: string | null): void {
    this.#resources += 1;
    if (url !== null && this.#resources === 1) this.#run.field("url", url, "webarchive");
    if (bytes.length > 0) this.#child("resource", url ?? "", bytes);
  }

  #child(kind: string, name: string, bytes: Uint8Array): void {
    this.#children += 1;
    this.#run.push({
      what: "child",
      child: bytesChild(`${kind}:${this.#children}`, name || `${kind}-${this.#children}`, bytes),
    });
  }

  #line(text: string): void {
    this.#blocks.add(text);
    this.#blocks.endLine();
  }
}
