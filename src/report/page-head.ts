/** The head of every page that is handed out: nothing is loaded, nothing runs, whatever the evidence says. */
import { html, type Html } from "./html.ts";

/** `style` is ours. */
export function pageHead(title: string, style: Html): Html {
  return html`<head>
    <meta charset="utf-8" />
    <meta
      http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="referrer" content="no-referrer" />
    <title>${title}</title>
    <style>
      ${style}
    </style>
  </head>`;
}
