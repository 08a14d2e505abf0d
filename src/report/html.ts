/**
 * Markup that cannot be forgotten to escape: in `html` templates every string is text, and only what another `html`
 * template made is markup. Characters that would act (controls, direction changes, invisible ones) are shown by their
 * number instead, so that a name cannot make itself look like another (threats E14).
 */
import { acts, numberOf, visible } from "./visible-text.ts";

/** Finished markup. Made by this module only. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | null | readonly HtmlValue[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text as markup, for element content and quoted attributes alike; unsafe characters become `U+202E`. */
function escapeText(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => entities[character] as string);
}

function markupOf(value: HtmlValue): string {
  if (value === null) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return value.map(markupOf).join("");
}

/** Template tag: `html`<td>${name}</td>``. Attribute values must be quoted in the template. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] as string;
  values.forEach((value, index) => {
    markup += markupOf(value) + parts[index + 1];
  });
  return new Html(markup);
}

/** Text from evidence: isolated, so that its direction ends where it ends, with every acting character marked. */
export function evidence(text: string): Html {
  if (!acts(text)) return html`<bdi class="ev">${text}</bdi>`;
  const pieces = Array.from(text, (character) =>
    acts(character) ? html`<b class="ctl">${numberOf(character)}</b>` : html`${character}`,
  );
  return html`<bdi class="ev">${pieces}</bdi>`;
}

/** Trusted markup of ours that is not made by a template: the style sheet. */
export function ownMarkup(markup: string): Html {
  return new Html(markup);
}
