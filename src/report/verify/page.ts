/** The page itself: takes files, runs the checks, shows the verdicts. Text from files becomes text nodes, never markup. */
import { visible } from "../visible-text.ts";
import { pageSays } from "../../messages/en-verify-page.ts";
import { checkAll } from "./check-all.ts";
import type { BrowserFile, PageDocument, PageElement } from "./page-dom.ts";
import type { PageFile } from "./page-file.ts";
import type { Verdict } from "./verdict.ts";

const pausesMs = 40;

/** Wires the page. `page` is the browser's document. */
export function startPage(page: PageDocument): void {
  const part = (id: string) => page.getElementById(id) as PageElement;
  const given: PageFile[] = [];
  let running = Promise.resolve();

  const take = (files: ArrayLike<BrowserFile> | null | undefined) => {
    given.push(...Array.from(files ?? [], pageFile));
    // One check at a time, each over everything given so far.
    running = running.then(() => checkGiven(page, part, [...given]));
  };

  part("chooser").addEventListener("change", (event) => take(event.target?.files));
  part("clear").addEventListener("click", () => {
    given.length = 0;
    running = running.then(() => showVerdicts(page, part, []));
  });
  for (const name of ["dragover", "dragenter"]) {
    page.body.addEventListener(name, (event) => {
      event.preventDefault();
      part("drop").classList.add("over");
    });
  }
  page.body.addEventListener("dragleave", () => part("drop").classList.remove("over"));
  page.body.addEventListener("drop", (event) => {
    event.preventDefault();
    part("drop").classList.remove("over");
    take(event.dataTransfer?.files);
  });
}

function pageFile(file: BrowserFile): PageFile {
  return {
    name: file.name,
    size: file.size,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

async function checkGiven(page: PageDocument, part: (id: string) => PageElement, files: PageFile[]): Promise<void> {
  let shown = 0;
  const verdicts = await checkAll(files, async (file, done, total) => {
    const now = Date.now();
    if (now - shown < pausesMs) return;
    shown = now;
    part("status").textContent = pageSays.reading(visible(file.name), Math.floor((done / Math.max(1, total)) * 100));
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  });
  showVerdicts(page, part, verdicts);
}

function showVerdicts(page: PageDocument, part: (id: string) => PageElement, verdicts: readonly Verdict[]): void {
  const count = (level: Verdict["level"]) => verdicts.filter((verdict) => verdict.level === level).length;
  const summary = pageSays.summary(count("good"), count("bad"), count("unsure"));
  part("status").textContent = verdicts.length === 0 ? pageSays.waiting() : summary;
  part("verdicts").replaceChildren(...verdicts.map((verdict) => verdictElement(page, verdict)));
  part("clear").hidden = verdicts.length === 0;
}

function verdictElement(page: PageDocument, verdict: Verdict): PageElement {
  const make = (name: string, className: string, ...children: (PageElement | string)[]) => {
    const element = page.createElement(name);
    element.className = className;
    element.append(...children);
    return element;
  };
  const rows = verdict.facts.map(([label, value]) =>
    make("tr", "", make("th", "", label), make("td", "", visible(value))),
  );
  const remarks = verdict.remarks.map((remark) => make("li", "", visible(remark)));
  return make(
    "article",
    `verdict ${verdict.level}`,
    make("p", "word", pageSays.verdicts[verdict.level]),
    make("h3", "", visible(verdict.file)),
    make("p", "headline", visible(verdict.headline)),
    ...(rows.length > 0 ? [make("table", "", make("tbody", "", ...rows))] : []),
    ...(remarks.length > 0 ? [make("ul", "", ...remarks)] : []),
  );
}
