/** Extended attributes and ACLs as AAIP 2.0 keeps them: names and values in turn, in pieces of up to 255 bytes, over several fields. */
import { Buffer } from "node:buffer";

const moreFlag = 1;

export class AttributeList {
  readonly #components: Uint8Array[] = [];
  #open: Uint8Array[] = [];

  /** What a field holds behind its head: flags, then components with flags, length and bytes. */
  add(content: Uint8Array): void {
    for (let at = 1; at + 2 <= content.length;) {
      const [flags, length] = [content[at]!, content[at + 1]!];
      this.#open.push(content.subarray(at + 2, at + 2 + length));
      if ((flags & moreFlag) === 0) {
        this.#components.push(this.#open.length === 1 ? this.#open[0]! : Buffer.concat(this.#open));
        this.#open = [];
      }
      at += 2 + length;
    }
  }

  /** Raw values by name; the empty name is that of the ACL. */
  *pairs(): Generator<readonly [string, Uint8Array]> {
    for (let i = 0; i + 1 < this.#components.length; i += 2) {
      yield [Buffer.from(this.#components[i]!).toString("utf8"), this.#components[i + 1]!];
    }
  }

  /** As text where it can be printed, else hex. */
  texts(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const [name, value] of this.pairs()) {
      const text = Buffer.from(value).toString("latin1");
      const key = name === "" ? "acl" : `xattr.${expanded(name)}`;
      out[key] = name !== "" && /^[\x20-\x7e]+$/.test(text) ? text : Buffer.from(value).toString("hex");
    }
    return out;
  }
}

/** AAIP 2.0, "Namespaces": a first character below 7 stands for one. */
const namespaces = ["", "", "system.", "user.", "isofs.", "trusted.", "security."];

function expanded(name: string): string {
  const first = name.charCodeAt(0);
  return first > 1 && first < namespaces.length ? namespaces[first]! + name.slice(1) : name;
}
