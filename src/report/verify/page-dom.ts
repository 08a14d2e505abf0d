/** The few parts of the browser's interface that the page uses (WHATWG HTML and File API), typed by hand. */

export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  readonly classList: { add(name: string): void; remove(name: string): void };
  append(...parts: (PageElement | string)[]): void;
  replaceChildren(...parts: PageElement[]): void;
  addEventListener(name: string, act: (event: PageEvent) => void): void;
  setAttribute(name: string, value: string): void;
}

export interface BrowserFile {
  readonly name: string;
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export interface PageEvent {
  readonly target: { readonly files: ArrayLike<BrowserFile> | null } | null;
  readonly dataTransfer: { readonly files: ArrayLike<BrowserFile> } | null;
  preventDefault(): void;
}

export interface PageDocument {
  readonly body: PageElement;
  createElement(name: string): PageElement;
  getElementById(id: string): PageElement | null;
}
