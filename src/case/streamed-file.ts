/** A file that is written line by line and appears whole or not at all, with its SHA-256. */
import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { asOperatorError, syncFolder } from "./atomic-file.ts";

/** UTF-16 units that are gathered before they are written. */
const gatheredUnits = 1 << 18;

export interface WrittenFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export class StreamedFile {
  readonly file: string;
  readonly #temporary: string;
  readonly #descriptor: number;
  readonly #hash = createHash("sha256");
  #text = "";
  #bytes = 0;
  #isOpen = true;

  /** Throws OperatorError where the file is there already and is not to be replaced, or its folder cannot be written to. */
  constructor(file: string, { replace = false } = {}) {
    this.file = file;
    if (!replace && existsSync(file)) throw new OperatorError("case/file-exists", caseSays.fileExists(file));
    this.#temporary = join(dirname(file), `.${basename(file)}.new-${process.pid}`);
    try {
      this.#descriptor = openSync(this.#temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644);
    } catch (error) {
      throw asOperatorError(error, dirname(file));
    }
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= gatheredUnits) this.#flush();
  }

  /** Everything is written and durable, under a temporary name: `publish` or `abandon` follows. */
  seal(): WrittenFile {
    this.#flush();
    try {
      fsyncSync(this.#descriptor);
    } catch (error) {
      throw asOperatorError(error, dirname(this.file));
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** The file appears under its name. */
  publish(): void {
    try {
      this.#close();
      renameSync(this.#temporary, this.file);
      syncFolder(dirname(this.file));
    } catch (error) {
      throw asOperatorError(error, dirname(this.file));
    }
  }

  /** Nothing is left behind. */
  abandon(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const data = Buffer.from(this.#text, "utf8");
    this.#text = "";
    this.#hash.update(data);
    this.#bytes += data.length;
    try {
      for (let at = 0; at < data.length;) at += writeSync(this.#descriptor, data, at);
    } catch (error) {
      throw asOperatorError(error, dirname(this.file));
    }
  }
}
