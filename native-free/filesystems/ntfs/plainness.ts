/**
 * Tells files as nearly all are, while the survey goes through their attributes: one whole record, one name (and perhaps one that only DOS uses), at
 * most one value without a name, and nothing that is an entry of its own or changes what the file is. They are listed without being taken apart.
 */
import type { AttributeWalk } from "./attributes.ts";
import * as layout from "./layouts.ts";
import { mark } from "./marks.ts";

const never = mark.directory | mark.continuation | mark.torn | mark.system;

export class Plainness {
  #plain = false;
  #kept = true;
  #bare = true;
  #names = 0;
  #dosNames = 0;
  #nameId = -1;
  #values = 0;

  /** Of the record that the survey is at. */
  begin(marks: number): this {
    this.#plain = (marks & never) === 0;
    this.#kept = true;
    this.#bare = true;
    this.#names = 0;
    this.#dosNames = 0;
    this.#nameId = -1;
    this.#values = 0;
    return this;
  }

  spoil(): void {
    this.#plain = false;
  }

  /** The value has less than it needs, or not where it can be. */
  lack(): void {
    this.#kept = false;
  }

  /** `sound`: it is as long as it says, and its directory has a number that a table may have. */
  name(namespace: number, id: number, sound: boolean): void {
    if (namespace === layout.nameSpace.dos) this.#dosNames++;
    else this.#names++;
    if (!sound || id === this.#nameId) this.#plain = false;
    this.#nameId = id;
  }

  see({ type, nameLength, nonResident }: AttributeWalk): void {
    if (type === layout.type.data) {
      if (nameLength > 0 || this.#values++ > 0) this.#plain = false;
      return;
    }
    if (type === layout.type.standardInformation || type === layout.type.fileName) return;
    this.#bare = false;
    if (type === layout.type.reparsePoint || type === layout.type.loggedUtilityStream) this.#plain = false;
    else if (nonResident && (type === layout.type.bitmap || type === layout.type.indexAllocation)) this.#plain = false;
  }

  /** To be added to those of the record. */
  get marks(): number {
    const shown = this.#names === 1 ? this.#dosNames <= 1 : this.#names === 0 && this.#dosNames === 1;
    if (!this.#plain || !shown) return 0;
    const bare = this.#bare && this.#names + this.#dosNames === 1;
    return mark.plain | (this.#kept ? mark.kept : 0) | (bare ? mark.bare : 0);
  }
}
