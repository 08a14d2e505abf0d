/** Turns SAX events of a page into extractions. */
import type { Handler } from "htmlparser2";
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { EmbeddedAddresses } from "../data-uri.ts";
import { isoDate } from "../plausible.ts";
import { originOfComment, originOfRoot, type PageOrigin } from "./page-origin.ts";

/** Elements that run inside a line; all others separate text. */
const inline = new Set(
  "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small span strike strong sub sup time tt u var wbr".split(
    " ",
  ),
);
const hiddenText: Readonly<Record<string, string>> = { script: "script", style: "style" };

/** Attributes that lead elsewhere, and attributes that a reader of the page gets to see. */
const attributeUse: Readonly<Record<string, "link" | "shown">> = {
  href: "link",
  src: "link",
  action: "link",
  data: "link",
  cite: "link",
  poster: "link",
  srcset: "link",
  formaction: "link",
  alt: "shown",
  title: "shown",
  placeholder: "shown",
  "aria-label": "shown",
};

const metaFields: Readonly<Record<string, FieldName>> = {
  author: "author",
  "dc.creator": "author",
  "dcterms.creator": "author",
  "article:author": "author",
  description: "description",
  "og:description": "description",
  "dc.description": "description",
  keywords: "keywords",
  "dc.subject": "keywords",
  generator: "software",
  "og:title": "title",
  "og:url": "url",
  "dc.title": "title",
  copyright: "copyright",
  "dcterms.created": "created",
  "dc.date.created": "created",
  "dc.date": "created",
  date: "created",
  created: "created",
  "article:published_time": "created",
  "dcterms.modified": "modified",
  "last-modified": "modified",
  "article:modified_time": "modified",
  changed: "modified",
};

/** Elements that are not shown whatever their style. */
const unshown = new Set(["template", "noframes", "datalist"]);

function isHidden(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (unshown.has(name) || attributes.hidden !== undefined) return true;
  const style = attributes.style;
  return style !== undefined && /display\s*:\s*none|visibility\s*:\s*(hidden|collapse)/i.test(style);
}

/** Side texts are held back until so much has gathered, so that the running text stays in one piece. */
const sideLimitChars = 1 << 18;

export class HtmlHandler {
  /** Text handed out so far. */
  chars = 0;
  #text = "";
  /** The text so far, handed out or not, ends with a line break. */
  #atLineStart = true;
  #ready: Extraction[] = [];
  readonly #side = new Map<string, string[]>();
  #sideChars = 0;
  #hidden: string | null = null;
  /** Text of the script or style that is open. */
  #hiddenPieces = "";
  #title: string | null = null;
  #seen = new Set<string>();
  readonly #embedded = new EmbeddedAddresses();
  #depth = 0;
  /** Depth of the element that hides what it holds, 0 for none. */
  #hiddenDepth = 0;
  #unshownPieces = "";

  events(): Partial<Handler> {
    return {
      onopentag: (name, attributes) => this.#open(name.toLowerCase(), attributes),
      onclosetag: (name) => this.#close(name.toLowerCase()),
      ontext: (text) => this.#addText(text),
      oncomment: (text) => this.#comment(text),
      onprocessinginstruction: (_name, data) => this.#addSide("instruction", data),
    };
  }

  /** What is complete by now; with `last`, everything. */
  *take(last: boolean): Generator<Extraction> {
    if (last) this.#closeHidden();
    if (last) this.#closeUnshown();
    if (last && this.#title !== null) this.#closeTitle();
    if (this.#text !== "") {
      this.chars += this.#text.length;
      yield { what: "text", text: this.#text, label: null };
      this.#text = "";
    }
    yield* this.#ready.splice(0);
    if (!last && this.#sideChars < sideLimitChars) return;
    for (const [label, pieces] of this.#side) {
      const text = `${pieces.join("\n")}\n`;
      this.chars += text.length;
      yield { what: "text", text, label };
    }
    this.#side.clear();
    this.#sideChars = 0;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#hiddenDepth === 0 && isHidden(name, attributes)) this.#hiddenDepth = this.#depth;
    if (name in hiddenText) this.#hidden = hiddenText[name]!;
    if (name === "title" && this.#title === null && !this.#seen.has("title-element")) this.#title = "";
    if (!inline.has(name)) this.#separate();
    if (name === "meta") this.#meta(attributes);
    if (name === "html" && attributes.lang) this.#language(attributes.lang);
    if (name === "html" && attributes["xml:lang"]) this.#language(attributes["xml:lang"]);
    if (name === "html") this.#origin(originOfRoot(attributes));
    if (name === "link" && /(^|\s)canonical(\s|$)/i.test(attributes.rel ?? "") && attributes.href) {
      this.#field("url", attributes.href, "canonical");
    }
    this.#attributes(attributes);
    if (name === "input" && attributes.value) this.#addSide("value", attributes.value);
    if (name === "td" || name === "th") this.#addText("\t");
  }

  #attributes(attributes: Readonly<Record<string, string>>): void {
    for (const key in attributes) {
      const use = attributeUse[key];
      const value = attributes[key];
      if (use === undefined || value === undefined || value === "") continue;
      const child = use === "link" ? this.#embedded.childOf(value) : null;
      if (child) this.#ready.push({ what: "child", child });
      else if (use === "link") this.#addSide("link", value);
      else this.#addText(` ${value} `);
    }
  }

  #comment(text: string): void {
    // A page in XML begins with a declaration, which HTML takes for a comment.
    if (/^\?xml\s/.test(text)) return;
    this.#origin(originOfComment(text));
    this.#addSide("comment", text);
  }

  #origin(origin: PageOrigin | null): void {
    if (origin?.url) this.#field("url", origin.url, origin.source);
    if (origin?.captured) this.#field("captured", origin.captured, origin.source);
  }

  #closeUnshown(): void {
    this.#hiddenDepth = 0;
    this.#addSide("hidden text", this.#unshownPieces.trim());
    this.#unshownPieces = "";
  }

  #close(name: string): void {
    if (this.#hiddenDepth === this.#depth) this.#closeUnshown();
    this.#depth -= 1;
    if (name in hiddenText) this.#closeHidden();
    if (name === "title" && this.#title !== null) this.#closeTitle();
    if (!inline.has(name)) this.#separate();
  }

  #closeHidden(): void {
    if (this.#hidden !== null) this.#addSide(this.#hidden, this.#hiddenPieces);
    this.#hidden = null;
    this.#hiddenPieces = "";
  }

  #closeTitle(): void {
    const title = this.#title!.replaceAll(/\s+/g, " ").trim();
    this.#title = null;
    this.#seen.add("title-element");
    if (title !== "") this.#field("title", title, "title");
  }

  #addText(text: string): void {
    if (this.#hidden !== null) {
      this.#hiddenPieces += text;
      return;
    }
    if (this.#title !== null) this.#title += text;
    if (this.#hiddenDepth > 0) this.#unshownPieces += text;
    this.#text += text;
    if (text !== "") this.#atLineStart = text.endsWith("\n");
  }

  #separate(): void {
    if (this.#hidden !== null || this.#atLineStart) return;
    this.#text += "\n";
    this.#atLineStart = true;
  }

  #addSide(label: string, text: string): void {
    if (text.trim() === "") return;
    const pieces = this.#side.get(label);
    if (pieces) pieces.push(text);
    else this.#side.set(label, [text]);
    this.#sideChars += text.length;
  }

  #meta(attributes: Readonly<Record<string, string>>): void {
    const key = (attributes.name ?? attributes.property ?? attributes["http-equiv"] ?? "").toLowerCase();
    const content = attributes.content?.trim();
    if (!content) return;
    if (key === "content-language") this.#language(content);
    const field = metaFields[key];
    if (field === "created" || field === "modified") {
      const date = isoDate(content);
      if (date) this.#field(field, date, `meta ${key}`);
      else this.#addSide("meta", `${key}: ${content}`);
    } else if (field) this.#field(field, content, `meta ${key}`);
    else this.#addSide("meta", `${key}: ${content}`);
  }

  #language(tag: string): void {
    const language = /^([a-z]{2})(?:[-_]|$)/i.exec(tag.trim())?.[1]?.toLowerCase();
    if (language && !this.#seen.has("language")) {
      this.#seen.add("language");
      this.#ready.push({ what: "language", language });
    }
  }

  #field(name: FieldName, value: string, source: string): void {
    const key = `${name}\0${value}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#ready.push({ what: "field", name, value, source });
  }
}
