/** The passwords of the case over the entries of one archive, and what there is to say of them. */
import type { Child } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { childOf } from "./child.ts";
import type { ZipEntry } from "./entry.ts";
import { unlock } from "./unlock.ts";

export class Keyring {
  readonly #passwords: readonly string[];
  /** The one that opened the last entry: the next one mostly has the same. */
  #last = 0;
  readonly #told = new Set<string>();
  readonly #failed = new Set<string>();
  #findings: Finding[] = [];

  constructor(passwords: readonly string[]) {
    this.#passwords = passwords;
  }

  /** The entry as a child, opened where a password fits. */
  async childOf(entry: ZipEntry): Promise<Child> {
    const { locked } = entry;
    const child = childOf(entry);
    if (!locked || this.#passwords.length === 0) return child;
    const unlocked = await unlock(locked, this.#passwords, this.#last);
    if (!unlocked) {
      this.#failed.add(locked.cipher);
      return child;
    }
    this.#last = unlocked.index;
    const number = unlocked.index + 1;
    const found = finding("crypto/unlocked", { number, method: locked.cipher });
    if (!this.#told.has(`${number} ${locked.cipher}`)) this.#findings.push(found);
    this.#told.add(`${number} ${locked.cipher}`);
    const findings = [...child.findings.filter(({ code }) => code !== "zip/encrypted"), found];
    return { ...child, findings, content: { open: unlocked.open } };
  }

  /** Each password that opened something, once. */
  takeFindings(): Finding[] {
    const taken = this.#findings;
    this.#findings = [];
    return taken;
  }

  failures(): Finding[] {
    const tried = this.#passwords.length;
    return [...this.#failed].map((method) => finding("crypto/no-password-fits", { tried, method }));
  }
}
