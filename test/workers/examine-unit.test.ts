import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { MemorySource, type ByteSource } from "../../native-free/bytes/byte-source.ts";
import { zipContainer } from "../../native-free/containers/zip/container.ts";
import type { Child, Extraction, Extractor } from "../../native-free/model/extraction.ts";
import { finding } from "../../native-free/model/findings.ts";
import { parsePath } from "../../native-free/model/forensic-path.ts";
import type { ItemRow } from "../../native-free/model/item.ts";
import type { KnownContent } from "../../workers/examine-unit.ts";
import { examineBytes, rootOf, type Examined } from "../fixtures/examined.ts";
import { zip, type ZipEntrySpec } from "../fixtures/zip-writer.ts";

const codesOf = (item: ItemRow | undefined) => item?.findings.map(({ code }) => code) ?? [];
const words = (text: string): Uint8Array => Buffer.from(`plain words of ${text}`);
const container = zipContainer as { -readonly [Key in keyof Extractor]: Extractor[Key] };
const extract = container.extract;

afterEach(() => {
  container.extract = extract;
});

function child(key: string, open: () => AsyncIterable<Uint8Array>, name = key): Extraction {
  const facts: Omit<Child, "content"> = {
    key,
    name: { text: name, bytes: null },
    kind: "file",
    origin: "entry",
    size: null,
    packedSize: null,
    times: [],
    findings: [],
  };
  return { what: "child", child: { ...facts, content: { open } } };
}

/** What must hold of any unit, whatever is in it. */
function expectSound({ items, totals, contents }: Examined): void {
  expect(items.length).toBe(totals.items);
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
  expect(new Set(items.map(({ path }) => path)).size).toBe(items.length);
  const ids = new Set(items.map(({ id }) => id));
  const described = new Set(contents.map(({ row }) => row.sha256));
  for (const item of items) {
    expect(["done", "partial", "failed", "skipped"]).toContain(item.status);
    expect(item.reason === null).toBe(item.status === "done");
    expect(parsePath(`-/${item.path}`), item.path).not.toBeNull();
    expect(item.depth === 0 ? item.parent === null : ids.has(item.parent ?? "")).toBe(true);
    if (item.content !== null && item.reason !== "fault") expect(described.has(item.content)).toBe(true);
  }
  expect(items.filter(({ depth }) => depth === 0)).toHaveLength(1);
}

/** A text inside `levels` archives. */
function nested(levels: number, inner: Uint8Array = words("the innermost")): Uint8Array {
  let bytes = inner;
  for (let level = levels; level > 0; level--)
    bytes = zip([{ name: level === levels ? "last.txt" : "in.zip", data: bytes }]);
  return bytes;
}

describe("the children of a file", () => {
  it("are items with path, parent and depth, down to the innermost", async () => {
    const bytes = zip([
      { name: "a/one.txt", data: words("one") },
      { name: "a/in.zip", data: zip([{ name: "two.txt", data: words("two") }]) },
      { name: "empty", data: "" },
    ]);
    const result = await examineBytes("x.zip", bytes);
    expectSound(result);
    expect([...result.byPath.keys()].sort()).toEqual([
      "folder:/x.zip",
      "folder:/x.zip!/a/in.zip",
      "folder:/x.zip!/a/in.zip!/two.txt",
      "folder:/x.zip!/a/one.txt",
      "folder:/x.zip!/empty",
    ]);
    expect(result.byPath.get("folder:/x.zip!/a/in.zip!/two.txt")).toMatchObject({
      depth: 2,
      parent: result.byPath.get("folder:/x.zip!/a/in.zip")?.id,
      content: createHash("sha256").update(words("two")).digest("hex"),
    });
    expect(result.totals.outcome.status).toBe("done");
  });

  it("carry their key where a name comes twice, and hostile names stay one name in the path", async () => {
    const names = ["same.txt", "same.txt", "same.txt", "same.txt#30:1", "../../etc/x", "a!b:c", "\u202egnp.exe", ""];
    const result = await examineBytes("x.zip", zip(names.map((name, at) => ({ name, data: words(String(at)) }))));
    expectSound(result);
    expect(result.items).toHaveLength(names.length + 1);
    const same = [...result.byPath.keys()].filter((path) => /same\.txt(#|$)/.test(path));
    expect(same).toHaveLength(3);
    expect(same.filter((path) => path.includes("#"))).toHaveLength(2);
    expect(result.byPath.has("folder:/x.zip!/../../etc/x")).toBe(true);
    expect(result.byPath.has("folder:/x.zip!/a%21b%3Ac")).toBe(true);
    expect(result.byPath.has("folder:/x.zip!/%E2%80%AEgnp.exe")).toBe(true);
  });

  it("with equal bytes are parsed once and are items each time", async () => {
    const twin = words("a twin");
    const known = new Map<string, KnownContent>();
    const first = await examineBytes(
      "x.zip",
      zip([
        { name: "a", data: twin },
        { name: "b", data: twin },
      ]),
      { known },
    );
    const second = await examineBytes("y.txt", twin, { known });
    const sha256 = createHash("sha256").update(twin).digest("hex");
    expect(first.contents.filter(({ row }) => row.sha256 === sha256)).toHaveLength(1);
    expect(second.contents).toEqual([]);
    const found = [...first.items, ...second.items].filter(({ content }) => content === sha256);
    expect(found.map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });
});

describe("budgets", () => {
  it("of depth: skips what lies deeper, and says so", async () => {
    const result = await examineBytes("deep.zip", nested(40));
    expectSound(result);
    const deepest = result.items.reduce((a, b) => (b.depth > a.depth ? b : a));
    expect(deepest).toMatchObject({ depth: 33, status: "skipped", reason: "budget", content: null });
    expect(codesOf(deepest)).toContain("engine/budget-depth");
    expect(result.items).toHaveLength(34);
    const shallow = await examineBytes("deep.zip", nested(3), { budgets: { depth: 3 } });
    expect(shallow.items.every(({ status }) => status === "done")).toBe(true);
  });

  it("of entries: stops at the number, for the unit as a whole", async () => {
    const inner = () => zip(Array.from({ length: 30 }, (_, at) => ({ name: `${at}`, data: "" })));
    const bytes = zip(Array.from({ length: 5 }, (_, at) => ({ name: `${at}.zip`, data: inner() })));
    const result = await examineBytes("many.zip", bytes, { budgets: { entries: 50 } });
    expectSound(result);
    // Archives that were open when the budget was spent are items too.
    expect(result.items.length).toBeGreaterThanOrEqual(50);
    expect(result.items.length).toBeLessThanOrEqual(52);
    const root = result.byPath.get("folder:/many.zip");
    expect(root).toMatchObject({ status: "partial", reason: "budget" });
    expect(root?.findings.filter(({ code }) => code === "engine/budget-entries")).toHaveLength(1);
    expect(result.byPath.get("folder:/many.zip!/1.zip")).toMatchObject({ status: "partial", reason: "budget" });
    expect(result.byPath.get("folder:/many.zip!/0.zip")).toMatchObject({ status: "done" });
  });

  it("of bytes: cuts the child that breaks it, and its siblings are not opened", async () => {
    const big = Buffer.alloc(300_000, "words and more words ");
    const bytes = zip([
      { name: "a", data: big },
      { name: "b", data: big },
      { name: "c", data: big },
    ]);
    const result = await examineBytes("big.zip", bytes, { budgets: { outputBytes: 400_000 } });
    expectSound(result);
    expect(result.byPath.get("folder:/big.zip!/a")?.status).toBe("done");
    expect(result.byPath.get("folder:/big.zip!/b")).toMatchObject({
      status: "partial",
      reason: "budget",
      size: 300_000,
    });
    expect(codesOf(result.byPath.get("folder:/big.zip!/b"))).toContain("engine/budget-bytes");
    expect(result.byPath.has("folder:/big.zip!/c")).toBe(false);
    expect(result.byPath.get("folder:/big.zip")).toMatchObject({ status: "partial", reason: "budget" });
    expect(codesOf(result.byPath.get("folder:/big.zip"))).toEqual(["engine/budget-bytes"]);
  });

  it("of ratio: stops bombs, however nested", async () => {
    const zeros = zip([{ name: "zeros", data: new Uint8Array(4 << 20) }]);
    const layer = zip(Array.from({ length: 16 }, (_, at) => ({ name: `${at}.zip`, data: zeros })));
    const bomb = zip(Array.from({ length: 16 }, (_, at) => ({ name: `${at}.zip`, data: layer })));
    const result = await examineBytes("bomb.zip", bomb, { budgets: { ratio: 100, ratioFloorBytes: 8 << 20 } });
    expectSound(result);
    expect(result.items.flatMap(codesOf)).toContain("engine/budget-ratio");
    expect(result.byPath.get("folder:/bomb.zip")).toMatchObject({ status: "partial", reason: "budget" });
    expect(result.items.length).toBeLessThan(60);
  });

  it("of text: keeps what fits, and the item says so", async () => {
    const result = await examineBytes("long.txt", Buffer.from("harbour ".repeat(1000)), { textLimitChars: 500 });
    expect(result.items[0]).toMatchObject({ status: "partial", reason: "budget" });
    expect(result.contents[0].row.findings.map(({ code }) => code)).toContain("engine/budget-text");
    expect(result.contents[0].blocks.map(({ chars }) => chars)).toEqual([500]);
  });

  it("end a container that holds itself for ever", async () => {
    const self = zip([{ name: "seed", data: words("seed") }]);
    container.extract = async function* () {
      for (let at = 0; at < 3; at++) {
        yield child(`${at}`, () => once(self), "self.zip");
      }
    };
    const result = await examineBytes("quine.zip", self, { budgets: { entries: 300, depth: 12 } });
    expectSound(result);
    expect(result.items.length).toBeLessThan(320);
    expect(result.items.flatMap(codesOf)).toContain("engine/budget-depth");
    expect(result.items.flatMap(codesOf)).toContain("engine/budget-entries");
  });

  it("never change what a content says of itself", async () => {
    const commented = (entries: number): ZipEntrySpec[] =>
      Array.from({ length: entries }, (_, at) => ({ name: `${at}`, data: words(`${at}`), comment: `remark ${at}` }));
    const inner = zip(commented(20));
    const outer = zip([{ name: "in.zip", data: inner }]);
    const sha256 = createHash("sha256").update(inner).digest("hex");
    const alone = await examineBytes("in.zip", inner);
    const cut = await examineBytes("out.zip", outer, { budgets: { entries: 5 } });
    const rows = [alone, cut].map(({ contents }) => contents.find(({ row }) => row.sha256 === sha256));
    expect(cut.byPath.get("folder:/out.zip!/in.zip")).toMatchObject({ status: "partial", reason: "budget" });
    expect(rows[1]).toEqual(rows[0]);
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe("bad children and our own mistakes", () => {
  it("cost themselves only", async () => {
    const bytes = zip([
      { name: "before", data: words("before") },
      { name: "damaged", data: words("damaged, whose packed bytes are noise"), packed: Buffer.alloc(60, 0xff) },
      { name: "secret", data: words("secret"), flags: 1 },
      { name: "after", data: words("after") },
    ]);
    const result = await examineBytes("x.zip", bytes);
    expectSound(result);
    expect(result.byPath.get("folder:/x.zip!/before")?.status).toBe("done");
    expect(result.byPath.get("folder:/x.zip!/after")?.status).toBe("done");
    expect(result.byPath.get("folder:/x.zip!/damaged")).toMatchObject({
      status: "failed",
      reason: "damaged",
      content: null,
    });
    expect(result.byPath.get("folder:/x.zip!/secret")).toMatchObject({ status: "failed", reason: "encrypted" });
  });

  it("a stream that fails by our mistake costs its child, not the siblings", async () => {
    container.extract = async function* () {
      yield child("good", () => once(words("good")));
      yield child("bad", async function* () {
        yield words("first");
        throw new TypeError("ours");
      });
      // oxlint-disable-next-line require-yield -- it fails before its first piece
      yield child("worse", async function* (): AsyncGenerator<Uint8Array> {
        throw new RangeError("ours");
      });
      yield child("last", () => once(words("last")));
    };
    const result = await examineBytes("x.zip", nested(1));
    expectSound(result);
    expect(result.byPath.get("folder:/x.zip!/bad")).toMatchObject({ status: "partial", reason: "fault" });
    expect(result.byPath.get("folder:/x.zip!/worse")).toMatchObject({
      status: "failed",
      reason: "fault",
      content: null,
    });
    expect(codesOf(result.byPath.get("folder:/x.zip!/worse"))).toEqual(["engine/fault"]);
    expect(result.byPath.get("folder:/x.zip!/last")?.status).toBe("done");
    expect(result.byPath.get("folder:/x.zip")?.status).toBe("done");
    expect(result.faults.map(({ reader }) => reader)).toEqual(["zip", "zip"]);
  });

  it("a mistake before any reader costs the item, not the run", async () => {
    const broken: ByteSource = {
      size: 100,
      readInto: () => {
        throw new TypeError("ours");
      },
      runsIn: () => [],
    };
    const result = await examineBytes("x.bin", words("x"), { source: broken });
    expect(result.items[0]).toMatchObject({ status: "failed", reason: "fault" });
    expect(codesOf(result.items[0])).toContain("engine/fault");
    expect(result.faults).toHaveLength(1);
  });

  it.each(["ENOSPC", "EIO", "EMFILE"])("a fault of the machine (%s) stops the run", async (code) => {
    const broken: ByteSource = {
      size: 100,
      readInto: () => {
        throw Object.assign(new Error("machine"), { code });
      },
      runsIn: () => [],
    };
    await expect(examineBytes("x.bin", words("x"), { source: broken })).rejects.toMatchObject({ code });
    const child = zip([{ name: "long", data: new Uint8Array(9 << 20) }]);
    const spoolFile = () => {
      throw Object.assign(new Error("machine"), { code });
    };
    await expect(examineBytes("x.zip", child, { spoolFile })).rejects.toMatchObject({ code });
  });

  it("what ended a thread before is not tried again the same way", async () => {
    const bytes = zip([
      { name: "bad.txt", data: words("bad") },
      { name: "good.txt", data: words("good") },
    ]);
    const plain = await examineBytes("x.zip", bytes);
    const bad = plain.byPath.get("folder:/x.zip!/bad.txt")?.id ?? "";
    const found = finding("engine/timeout", { seconds: 60 });
    for (const rung of ["strings", "recorded"] as const) {
      const avoid = new Map([[bad, { rung, reason: "timeout", finding: found } as const]]);
      const result = await examineBytes("x.zip", bytes, { avoid });
      expectSound(result);
      const item = result.byPath.get("folder:/x.zip!/bad.txt");
      expect(item).toMatchObject({ status: "failed", reason: "timeout" });
      expect(item?.content === null).toBe(rung === "recorded");
      expect(result.byPath.get("folder:/x.zip!/good.txt")?.status).toBe("done");
      expect(result.byPath.get("folder:/x.zip")?.status).toBe("done");
      const row = result.contents.find(({ row: one }) => one.sha256 === item?.content)?.row;
      if (rung === "strings") expect(row).toMatchObject({ textKind: "strings", status: "failed" });
    }
    const root = new Map([[rootOf("x.zip", 0).id, { rung: "recorded", reason: "crashed", finding: found } as const]]);
    const recorded = await examineBytes("x.zip", bytes, { avoid: root });
    expect(recorded.items).toHaveLength(1);
    expect(recorded.items[0]).toMatchObject({ status: "failed", reason: "crashed" });
  });
});

describe("the result of a unit", () => {
  interface Tree {
    readonly leaf?: string;
    readonly entries?: readonly { readonly name: string; readonly tree: Tree }[];
  }
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.record({
        leaf: fc.constantFrom("one", "two", "<html><body>three</body></html>", "", "\u0000\u0001binary\u0002"),
      }),
      fc.record({
        entries: fc.array(fc.record({ name: fc.constantFrom("a", "b", "c/d", "é", "a.zip"), tree: tie("tree") }), {
          maxLength: 4,
        }),
      }),
    ),
  }));
  const bytesOf = (node: Tree): Uint8Array =>
    node.entries
      ? zip(node.entries.map(({ name, tree: below }) => ({ name, data: bytesOf(below) })))
      : Buffer.from(node.leaf ?? "");
  const rowsOf = ({ items }: Examined) =>
    items
      .map(({ id, path, status, reason, content, findings }) =>
        JSON.stringify({ id, path, status, reason, content, findings }),
      )
      .sort();

  it("does not depend on the units before it, and equal bytes never say two things", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tree, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 2, max: 40 }),
        async (trees, entries) => {
          const files = trees.map((one, at) => [`f${at}.zip`, bytesOf(one)] as const);
          const fresh = new Map<string, string[]>();
          const said = new Map<string, string>();
          const note = (result: Examined) => {
            for (const { row, blocks } of result.contents) {
              const text = JSON.stringify({ row, blocks: blocks.map(({ labels, folded }) => ({ labels, folded })) });
              expect(said.get(row.sha256) ?? text).toBe(text);
              said.set(row.sha256, text);
            }
          };
          for (const [name, bytes] of files) {
            const result = await examineBytes(name, bytes, { budgets: { entries } });
            expectSound(result);
            note(result);
            fresh.set(name, rowsOf(result));
          }
          const known = new Map<string, KnownContent>();
          for (const [name, bytes] of [...files].reverse()) {
            const result = await examineBytes(name, bytes, { known, budgets: { entries } });
            note(result);
            expect(rowsOf(result)).toEqual(fresh.get(name));
          }
        },
      ),
      { numRuns: process.env.VESTIGE_CAMPAIGN === "1" ? 2000 : 60 },
    );
  });

  it("is the same from a source that is not in memory whole", async () => {
    const bytes = nested(3);
    const memory = new MemorySource(bytes);
    const other: ByteSource = {
      size: bytes.length,
      readInto: (target, at) => memory.readInto(target, at),
      runsIn: (at, length) => memory.runsIn(at, length),
    };
    const [a, b] = [await examineBytes("x.zip", bytes), await examineBytes("x.zip", bytes, { source: other })];
    expect(rowsOf(b)).toEqual(rowsOf(a));
    expect(b.contents.map(({ row }) => row)).toEqual(a.contents.map(({ row }) => row));
  });
});
