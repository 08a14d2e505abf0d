/**
 * Parsed formulas of BIFF 5 and 8 as text (MS-XLS 2.2.2 and 2.5.198): operators, references, names, functions. What is not
 * understood ends the formula with "…"; array constants are shown as "{…}".
 */
import { Buffer } from "node:buffer";
import { commandOf, functionOf, userDefined } from "./functions.ts";
import { stringAt, type TextForm } from "./strings.ts";

/** What formulas refer to by number. */
export interface FormulaNames {
  /** Formulas of binary workbooks of 2007 and later (MS-XLSB 2.2.2): more rows and columns, otherwise alike. */
  readonly isModern?: true;
  readonly form: TextForm;
  /** Names of the workbook, from 1 on. */
  name(number: number): string;
  /** Sheets, or a file and its sheets, in the form in which they stand before "!". */
  sheet(number: number): string;
  /** A sheet of the workbook itself, from 0 on. */
  ownSheet(index: number): string;
}

const operators: Readonly<Record<number, string>> = {
  0x03: "+",
  0x04: "-",
  0x05: "*",
  0x06: "/",
  0x07: "^",
  0x08: "&",
  0x09: "<",
  0x0a: "<=",
  0x0b: "=",
  0x0c: ">=",
  0x0d: ">",
  0x0e: "<>",
  0x0f: " ",
  0x10: ",",
  0x11: ":",
};

const errors: Readonly<Record<number, string>> = {
  0x00: "#NULL!",
  0x07: "#DIV/0!",
  0x0f: "#VALUE!",
  0x17: "#REF!",
  0x1d: "#NAME?",
  0x24: "#NUM!",
  0x2a: "#N/A",
};

export function errorText(code: number): string {
  return errors[code] ?? "#ERROR";
}

/** Longest text of one formula. */
const mostChars = 16_384;

/** `base`: the cell from which relative references of shared formulas count. */
export function formulaText(tokens: Uint8Array, names: FormulaNames, base = { row: 0, column: 0 }): string {
  return new Decoder(tokens, names, base).text();
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #names: FormulaNames;
  readonly #base: { row: number; column: number };
  readonly #stack: string[] = [];
  #at = 0;

  constructor(bytes: Uint8Array, names: FormulaNames, base: { row: number; column: number }) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#names = names;
    this.#base = base;
  }

  text(): string {
    try {
      while (this.#at < this.#bytes.length) {
        if (!this.#token(this.#bytes[this.#at++]!)) return `${this.#stack.join(" ")}…`.slice(0, mostChars);
      }
    } catch (error) {
      // A token that reaches behind the end of the formula.
      if (!(error instanceof RangeError)) throw error;
      return `${this.#stack.join(" ")}…`.slice(0, mostChars);
    }
    return this.#stack.join(" ").slice(0, mostChars);
  }

  #u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  #u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  #push(text: string): true {
    this.#stack.push(text.slice(0, mostChars));
    return true;
  }

  #pop(): string {
    return this.#stack.pop() ?? "";
  }

  /** False where the token is not known. */
  #token(token: number): boolean {
    const operator = operators[token];
    if (operator !== undefined) {
      const right = this.#pop();
      return this.#push(`${this.#pop()}${operator}${right}`);
    }
    if (token < 0x20) return this.#simple(token);
    // The class of the operand does not matter here.
    return this.#operand((token & 0x1f) | 0x20);
  }

  #simple(token: number): boolean {
    switch (token) {
      case 0x01:
      case 0x02:
        this.#at += 4;
        return this.#push("");
      case 0x12:
        return this.#push(`+${this.#pop()}`);
      case 0x13:
        return this.#push(`-${this.#pop()}`);
      case 0x14:
        return this.#push(`${this.#pop()}%`);
      case 0x15:
        return this.#push(`(${this.#pop()})`);
      case 0x16:
        return this.#push("");
      case 0x17:
        return this.#string();
      case 0x19:
        return this.#attribute();
      case 0x1c:
        return this.#push(errorText(this.#u8()));
      case 0x1d:
        return this.#push(this.#u8() === 0 ? "FALSE" : "TRUE");
      case 0x1e:
        return this.#push(String(this.#u16()));
      case 0x1f:
        this.#at += 8;
        return this.#push(String(this.#view.getFloat64(this.#at - 8, true)));
      default:
        return false;
    }
  }

  #string(): boolean {
    const { form } = this.#names;
    if (this.#names.isModern) {
      const end = this.#at + 2 + 2 * this.#view.getUint16(this.#at, true);
      const wide = Buffer.from(this.#bytes.subarray(this.#at + 2, end))
        .toString("utf16le")
        .toWellFormed();
      this.#at = end;
      return this.#push(`"${wide.replaceAll('"', '""')}"`);
    }
    const count = this.#view.getUint8(this.#at);
    const wide = form.hasFlags && (this.#view.getUint8(this.#at + 1) & 1) !== 0;
    const text = stringAt(this.#bytes, this.#at, 1, form);
    this.#at += 1 + (form.hasFlags ? 1 : 0) + count * (wide ? 2 : 1);
    return this.#push(`"${text.replaceAll('"', '""')}"`);
  }

  #attribute(): boolean {
    const kind = this.#u8();
    const value = this.#u16();
    if ((kind & 0x04) !== 0) this.#at += 2 * (value + 1);
    else if ((kind & 0x10) !== 0) return this.#push(`SUM(${this.#pop()})`);
    return true;
  }

  #operand(token: number): boolean {
    const wide = this.#names.form.hasFlags;
    switch (token) {
      case 0x20:
        this.#at += this.#names.isModern ? 14 : 7;
        return this.#push("{…}");
      case 0x21: {
        const { name, arity } = functionOf(this.#u16());
        return this.#call(name, arity);
      }
      case 0x22:
        return this.#variable();
      case 0x23: {
        const number = this.#u16();
        this.#at += wide ? 2 : 12;
        return this.#push(this.#names.name(number));
      }
      case 0x24:
        return this.#push(this.#cell(false));
      case 0x2c:
        return this.#push(this.#cell(true));
      case 0x25:
        return this.#push(this.#area(false));
      case 0x2d:
        return this.#push(this.#area(true));
      default:
        return this.#otherOperand(token, wide);
    }
  }

  #otherOperand(token: number, wide: boolean): boolean {
    switch (token) {
      case 0x26:
      case 0x27:
      case 0x28:
        this.#at += 6;
        return true;
      case 0x29:
        this.#at += 2;
        return true;
      case 0x2a:
        this.#at += this.#cellBytes();
        return this.#push("#REF!");
      case 0x2b:
        this.#at += 2 * this.#cellBytes();
        return this.#push("#REF!");
      case 0x39:
        return this.#externalName(wide);
      case 0x3a:
      case 0x3b:
      case 0x3c:
      case 0x3d: {
        const sheet = this.#sheet(wide);
        if (token >= 0x3c) {
          this.#at += (token === 0x3c ? 1 : 2) * this.#cellBytes();
          return this.#push(`${sheet}!#REF!`);
        }
        return this.#push(`${sheet}!${token === 0x3a ? this.#cell(false) : this.#area(false)}`);
      }
      default:
        return false;
    }
  }

  #externalName(wide: boolean): boolean {
    const sheet = this.#names.sheet(this.#u16());
    if (!wide) this.#at += 8;
    const number = this.#u16();
    this.#at += wide ? 2 : 12;
    return this.#push(`${sheet}!name${number}`);
  }

  /** Before BIFF 8: number of the list, negative for the workbook itself, eight bytes unused, first and last sheet. */
  #sheet(wide: boolean): string {
    const number = this.#u16();
    if (wide) return this.#names.sheet(number);
    this.#at += 8;
    const [first] = [this.#u16(), this.#u16()];
    return number >= 0x8000 ? this.#names.ownSheet(first) : this.#names.sheet(number);
  }

  #variable(): boolean {
    const count = this.#u8() & 0x7f;
    const number = this.#u16();
    if ((number & 0x8000) !== 0) return this.#call(commandOf(number & 0x7fff), count);
    if (number !== userDefined) return this.#call(functionOf(number).name, count);
    const parameters = this.#take(count);
    return this.#push(`${parameters[0] ?? ""}(${parameters.slice(1).join(",")})`);
  }

  #take(count: number): string[] {
    return this.#stack.splice(Math.max(0, this.#stack.length - count), count);
  }

  #call(name: string, count: number): true {
    return this.#push(`${name}(${this.#take(count).join(",")})`);
  }

  #cellBytes(): number {
    return this.#names.isModern ? 6 : this.#names.form.hasFlags ? 4 : 3;
  }

  #u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  #area(shared: boolean): string {
    if (this.#names.isModern) {
      const [first, last, left, right] = [this.#u32(), this.#u32(), this.#u16(), this.#u16()];
      return `${this.#name(first, left & 0x3fff, left, shared)}:${this.#name(last, right & 0x3fff, right, shared)}`;
    }
    if (!this.#names.form.hasFlags) {
      const [first, last] = [this.#u16(), this.#u16()];
      const [left, right] = [this.#u8(), this.#u8()];
      return `${this.#name(first & 0x3fff, left, first, shared)}:${this.#name(last & 0x3fff, right, last, shared)}`;
    }
    const [first, last, left, right] = [this.#u16(), this.#u16(), this.#u16(), this.#u16()];
    return `${this.#name(first, left & 0xff, left, shared)}:${this.#name(last, right & 0xff, right, shared)}`;
  }

  #cell(shared: boolean): string {
    if (this.#names.isModern) {
      const [place, flags] = [this.#u32(), this.#u16()];
      return this.#name(place, flags & 0x3fff, flags, shared);
    }
    const row = this.#u16();
    if (!this.#names.form.hasFlags) return this.#name(row & 0x3fff, this.#u8(), row, shared);
    const column = this.#u16();
    return this.#name(row, column & 0xff, column, shared);
  }

  /** `flags`: 0x8000 the row, 0x4000 the column is relative. */
  #name(row: number, column: number, flags: number, shared: boolean): string {
    const [relativeRow, relativeColumn] = [(flags & 0x8000) !== 0, (flags & 0x4000) !== 0];
    const rows = this.#names.isModern ? 0xf_ffff : this.#names.form.hasFlags ? 0xffff : 0x3fff;
    const columns = this.#names.isModern ? 0x3fff : 0xff;
    const y = shared && relativeRow ? (row + this.#base.row) & rows : row;
    const x = shared && relativeColumn ? (column + this.#base.column) & columns : column;
    return `${relativeColumn ? "" : "$"}${columnName(x)}${relativeRow ? "" : "$"}${y + 1}`;
  }
}

/** A, B … Z, AA … of a column from 0 on. */
export function columnName(column: number): string {
  let [name, left] = ["", column + 1];
  while (left > 0) {
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
    left = Math.floor((left - 1) / 26);
  }
  return name;
}
