/** The last bytes that were decoded, from which later ones are copied: a ring that grows with the output, never with what is declared. */
import { PIECE_BYTES, UnpackStop } from "./byte-feed.ts";

const FIRST_BYTES = 4 * PIECE_BYTES;
/** Larger dictionaries are legal; distances beyond this are a stop. */
const MOST_BYTES = 512 * 1024 * 1024;

export class OutputWindow {
  /** Bytes decoded so far. */
  total = 0;
  #ring: Uint8Array;
  #mask: number;
  readonly #most: number;
  #reach: number;
  #taken = 0;
  /** Where the history begins that may be copied from: later than 0 after a reset. */
  #since = 0;

  /** `reach`: the largest distance that the format allows, in bytes. */
  constructor(reach: number) {
    let most = FIRST_BYTES;
    while (most < reach && most < MOST_BYTES) most *= 2;
    this.#most = most;
    this.#reach = Math.min(reach, most);
    this.#ring = new Uint8Array(FIRST_BYTES);
    this.#mask = FIRST_BYTES - 1;
  }

  /** Decoded bytes that were not taken yet. */
  get pending(): number {
    return this.total - this.#taken;
  }

  /** True where enough has gathered to be handed on. Decoders must not go on for more than 64 KiB then. */
  get isFull(): boolean {
    return this.total - this.#taken >= PIECE_BYTES;
  }

  put(byte: number): void {
    if (this.total > this.#mask && this.#mask + 1 < this.#most) this.#grow();
    this.#ring[this.total++ & this.#mask] = byte;
  }

  /** The byte `distance` back; 1 is the last one. 0 before the first byte. */
  back(distance: number): number {
    return distance > this.total ? 0 : this.#ring[(this.total - distance) & this.#mask]!;
  }

  get canReach(): number {
    return Math.min(this.#reach, this.total - this.#since);
  }

  /** Repeats `length` bytes from `distance` back. Stops with `distance` where nothing is there. */
  copy(distance: number, length: number): void {
    if (distance > this.#reach || distance > this.total - this.#since || distance <= 0)
      throw new UnpackStop("distance");
    while (this.total + length > this.#mask + 1 && this.#mask + 1 < this.#most) this.#grow();
    const [ring, mask] = [this.#ring, this.#mask];
    let to = this.total;
    let from = to - distance;
    for (const end = to + length; to < end;) ring[to++ & mask] = ring[from++ & mask]!;
    this.total = to;
  }

  /** Forgets the history. */
  reset(): void {
    this.#since = this.total;
  }

  /** What was decoded since the last call, at most the bytes that the ring holds. */
  take(): Uint8Array {
    const length = this.pending;
    const piece = new Uint8Array(length);
    const from = this.#taken & this.#mask;
    const first = Math.min(length, this.#mask + 1 - from);
    piece.set(this.#ring.subarray(from, from + first));
    piece.set(this.#ring.subarray(0, length - first), first);
    this.#taken = this.total;
    return piece;
  }

  /** Only before the ring has wrapped: places stay what they were. */
  #grow(): void {
    const ring = new Uint8Array(this.#ring.length * 2);
    ring.set(this.#ring);
    this.#ring = ring;
    this.#mask = ring.length - 1;
  }
}
