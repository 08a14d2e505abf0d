/** What a sample is: bytes under a name, and what the product must say of them. */

export interface Expectation {
  /** Type id of the typing registry. */
  readonly type: string;
  readonly status: "done" | "partial" | "failed" | "skipped";
  readonly reason?: string;
  /** Words that a search must find in it; each is in no other sample unless it says so. */
  readonly words?: readonly string[];
  /** Fields by name of the field registry; the value as the product gives it. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly charset?: string;
  readonly language?: string;
  /** True where the extension says another type than the content. */
  readonly extensionMismatch?: true;
  /** Items directly inside, by name. */
  readonly children?: Readonly<Record<string, Expectation>>;
}

export interface Sample {
  /** Below the folder, with forward slashes; a name that is not UTF-8 cannot stand here (see corners.ts). */
  readonly path: string;
  readonly data: Uint8Array;
  readonly expect: Expectation;
}
