/**
 * What every recogniser of identifiers offers: the shapes of text at which it wants to look, and a judgement. Recognisers see text as
 * bytes, so that the same ones serve file text, raw bytes and decoded streams.
 */
import type { Registration } from "../model/registration.ts";

/**
 * `valid`: the check digits hold, or a parser or closed list agrees, and the text around says that it is one (or the form leaves no
 * doubt by itself). `valid-check`: the check holds and nothing around speaks for it. `pattern`: has the form and no check, or one that
 * does not bind. `invalid-check`: the text around says that it is one, and the check fails, which can be the fraud.
 */
export type Quality = "valid" | "valid-check" | "pattern" | "invalid-check";

export interface EntityMatch {
  /** Id of one of the recogniser's kinds. */
  readonly kind: string;
  /** Bytes of the text view; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** Normalised: without separators, upper case where the standard writes so; evidence text. */
  readonly value: string;
  readonly quality: Quality;
}

/**
 * Text as one byte for each character: ASCII as it is, everything else as some byte from 0x80 on (of UTF-8 each byte of its own). Only
 * `from` to `to` are there; what is outside reads as 0 by `at`.
 */
export interface TextView {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** What triggers of tokens and numbers may ask besides, all of it together. Characters stand for the byte of their code. */
interface Surroundings {
  /** In front stands one of these characters. */
  readonly before?: string;
  /** It begins with one of these characters. */
  readonly begins?: string;
  /** It begins with one of these two characters each, letters of either case. */
  readonly pairs?: readonly string[];
  /** Behind the token that begins there stands one of these characters, and then one of those. */
  readonly next?: readonly [behind: string, then?: string];
  /** The word in front could be the last one of these names (words in small letters), as `NameEnding` sees it. */
  readonly after?: readonly string[];
}

/**
 * Where a recogniser is asked; the place is the first byte of it. Bounds are inclusive. It is asked once for a place, however many of its
 * triggers on tokens and numbers hold.
 * - `sign`: one of these stands there, with a letter or digit on both sides of `@` and `.`, in front of `://`, and `<<` twice.
 * - `token`: an unbroken run of ASCII letters and digits begins there, the character before is none. `letters` and `digits` count how
 *   many of each it begins with; `has` what it must have somewhere; `case` says that no small letter is in it.
 * - `number`: a run of digits begins there (no letter or digit before it) which, with single separators (space, `-`, `.`, `/`, `(`, `)`) and further
 *   runs of digits, has so many digits; `first` counts those of the first run. Above 128 digits are counted as 128.
 * - `words`: at least so many words of 3 to 8 lower-case letters follow one another from there, with one space or line end between.
 */
export type Trigger =
  | { readonly on: "sign"; readonly sign: "@" | "://" | "." | "<<" }
  | (Surroundings & {
      readonly on: "token";
      readonly length: readonly [number, number];
      readonly letters?: readonly [number, number];
      readonly digits?: readonly [number, number];
      readonly has?: "digit" | "letter" | "both";
      readonly case?: "upper";
    })
  | (Surroundings & {
      readonly on: "number";
      readonly digits: readonly [number, number];
      readonly first?: readonly [number, number];
    })
  | { readonly on: "words"; readonly count: number };

export interface EntityKind {
  /** Stable string in JSON, queries and documents: `iban`, `container`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** The standard or law that defines it, with its section. */
  readonly spec: string;
  /** Whether reports show its values in part only (payment cards). Default false. */
  readonly masked?: boolean;
}

export interface Recogniser extends Registration {
  readonly family: "entity";
  readonly kinds: readonly EntityKind[];
  readonly triggers: readonly Trigger[];
  /**
   * The identifier that begins at (for signs: around) `at`; null where there is none. Looks at no more than `entityMarginBytes` on either side, longer identifiers are cut there.
   * Allocates nothing until it has found something. Throws nothing.
   */
  recognise(text: TextView, at: number): EntityMatch | null;
}

/** Furthest that a recogniser looks to either side, in bytes: what pages share. */
export const entityMarginBytes = 1024;
