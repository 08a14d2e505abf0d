/** The output of the old methods of ZIP: what is copied from before its beginning is zeros. */
import { OutputWindow } from "../../unpack/output-window.ts";

export class ZeroedWindow {
  readonly #window: OutputWindow;

  constructor(reach: number) {
    this.#window = new OutputWindow(reach);
  }

  get total(): number {
    return this.#window.total;
  }

  get isFull(): boolean {
    return this.#window.isFull;
  }

  put(byte: number): void {
    this.#window.put(byte);
  }

  copy(distance: number, length: number): void {
    const zeros = Math.max(0, Math.min(length, distance - this.#window.total));
    for (let done = 0; done < zeros; done++) this.#window.put(0);
    if (length > zeros) this.#window.copy(distance, length - zeros);
  }

  take(): Uint8Array {
    return this.#window.take();
  }
}
