/** What did not fit while an Outlook data file was read. Places are counted once, however often they are read. */
const placeLimit = 100_000;

export class Damage {
  readonly #pages = new Set<number>();
  readonly #blocks = new Set<number>();
  readonly #lost = new Set<string>();

  badPage(at: number): void {
    if (this.#pages.size < placeLimit) this.#pages.add(at);
  }

  badBlock(at: number): void {
    if (this.#blocks.size < placeLimit) this.#blocks.add(at);
  }

  /** A structure that cannot be read, by kind and place. */
  lost(place: string): void {
    if (this.#lost.size < placeLimit) this.#lost.add(place);
  }

  get pages(): number {
    return this.#pages.size;
  }

  get blocks(): number {
    return this.#blocks.size;
  }

  get structures(): number {
    return this.#lost.size;
  }
}
