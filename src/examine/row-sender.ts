/** Sends rows to the writer in parcels, with back-pressure by bytes. */
import type { MessagePort } from "node:worker_threads";
import type { ItemRow } from "../../native-free/model/item.ts";
import type { PreparedContent, UnitResult } from "../../native-free/model/prepared.ts";
import { ByteBudget } from "../../workers/byte-budget.ts";
import type { PictureResult, RecognisedText } from "../case/picture-results.ts";
import type { Receipt, RowParcel } from "../case/writer-thread.ts";

/** A parcel is sent when it holds so many bytes, at the latest at the end of a batch. */
const parcelBytes = 256 * 1024;
/** So many bytes may be on the way to the writer from one thread. */
const onTheWayBytes = 24 << 20;
/** What an item costs beside its strings. */
const itemBytes = 600;

export class RowSender {
  readonly #port: MessagePort;
  readonly #budget = new ByteBudget(onTheWayBytes);
  #rows: RowParcel["rows"][number][] = [];
  #bytes = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (receipt: Receipt) => this.#budget.give(receipt.bytes));
  }

  async item(unit: string, row: ItemRow): Promise<void> {
    await this.#reserve(itemBytes + row.path.length * 2 + row.findings.length * 100);
    const last = this.#rows.at(-1);
    if (last?.what === "items" && last.unit === unit) (last.rows as ItemRow[]).push(row);
    else this.#rows.push({ what: "items", unit, rows: [row] });
    this.#sendIfFull();
  }

  async content(prepared: PreparedContent): Promise<void> {
    let bytes = itemBytes;
    for (const { value } of prepared.row.fields) bytes += 100 + value.length * 2;
    for (const block of prepared.blocks) bytes += block.text.length + block.folded.length * 2;
    await this.#reserve(bytes);
    this.#rows.push({ what: "content", prepared });
    this.#sendIfFull();
  }

  /** The final row of a unit. */
  async unit(result: UnitResult): Promise<void> {
    await this.#reserve(100);
    this.#rows.push({ what: "unit", result });
    this.#sendIfFull();
  }

  /** Of the pass over pictures. */
  async picture(result: PictureResult): Promise<void> {
    await this.#reserve(itemBytes + (result.thumbnail?.bytes.length ?? 0));
    this.#rows.push({ what: "picture", result });
    this.#sendIfFull();
  }

  async recognised(result: RecognisedText): Promise<void> {
    const words = result.pages.reduce((sum, page) => sum + page.words.length, 0);
    await this.#reserve(itemBytes + result.text.length * 2 + words);
    this.#rows.push({ what: "recognised", result });
    // A page took seconds: what is there is not risked for the next one.
    this.send();
  }

  /** Sends what is held. */
  send(): void {
    if (this.#rows.length === 0) return;
    this.#port.postMessage({ bytes: this.#bytes, rows: this.#rows } satisfies RowParcel);
    this.#rows = [];
    this.#bytes = 0;
  }

  /** Sends what is held and waits until the writer has written all of it. */
  async drained(): Promise<void> {
    this.send();
    await this.#budget.take(this.#budget.limit);
    this.#budget.give(this.#budget.limit);
  }

  /** Waits until so many bytes may go; what is held goes first, since only what was sent is ever acknowledged. */
  async #reserve(bytes: number): Promise<void> {
    if (this.#budget.used + bytes > this.#budget.limit) this.send();
    await this.#budget.take(bytes);
    this.#bytes += bytes;
  }

  #sendIfFull(): void {
    if (this.#bytes >= parcelBytes) this.send();
  }
}
