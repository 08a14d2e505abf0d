/** What sentences are made with: amounts, and what somebody typed. */

/** Thousands apart: `30,000`. */
export const grouped = (n: number): string => n.toLocaleString("en-US");

/** `1 item`, `30,000 items`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** In quotation marks, the beginning of what is long. */
export const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
