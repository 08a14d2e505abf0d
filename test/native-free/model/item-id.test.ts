import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containers } from "../../../native-free/containers/index.ts";
import { extractors } from "../../../native-free/extractors/index.ts";
import { childChain, folderChain, itemId } from "../../../native-free/model/item-id.ts";

/** The definition, written a second time: domain, then each key with its length, SHA-256, 128 bits, base32. */
function byDefinition(chain: readonly Uint8Array[]): string {
  const parts: Uint8Array[] = [Buffer.from("vestige.item.1\0")];
  for (const key of chain) {
    const length = key.length;
    parts.push(Uint8Array.of(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255), key);
  }
  const digest = createHash("sha256").update(Buffer.concat(parts)).digest();
  const bits = [...digest.subarray(0, 16)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.padEnd(130, "0").match(/.{5}/g) as string[];
  return groups.map((group) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(group, 2)]).join("");
}

const root = folderChain(Buffer.from("Users/x/a.zip"));

describe("itemId", () => {
  it("gives the committed vectors: a change of any is a new format", () => {
    expect(itemId([])).toBe("jrzzbkjtlqyoann2fl56rcav6q");
    expect(itemId(folderChain(Buffer.from("a")))).toBe("bmp3w2zkajndt6rvyi3o3agtz4");
    expect(itemId(root)).toBe("kvgabuzgdsjyr35nulvcauuk5m");
    expect(itemId(folderChain(Uint8Array.of(0xff, 0x2f, 0x00)))).toBe("mwaqizlhdbxk6gqsuidt4rvcge");
    expect(itemId(childChain(root, "zip", "0:0"))).toBe("xl3yguhojg266kfw4kauqz6qxe");
    expect(itemId(childChain(childChain(root, "zip", "0:0"), "docx", "word/media/é.png"))).toBe(
      "q6gtg4abnl5b3t2lcnk3bz6xaa",
    );
  });

  it("is what its definition says", () => {
    const chains = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
    fc.assert(
      fc.property(chains, (chain) => {
        expect(itemId(chain)).toBe(byDefinition(chain));
        expect(itemId(chain)).toMatch(/^[a-z2-7]{26}$/);
      }),
    );
  });

  it("parts the same bytes cut in different places", () => {
    const cuts = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(), fc.nat());
    fc.assert(
      fc.property(cuts, ([bytes, a, b]) => {
        const [at, other] = [a % (bytes.length + 1), b % (bytes.length + 1)];
        const cut = (where: number) => itemId([bytes.subarray(0, where), bytes.subarray(where)]);
        expect(cut(at) === cut(other)).toBe(at === other);
        expect(cut(at)).not.toBe(itemId([bytes]));
      }),
    );
  });

  it("cannot be met from another chain by what evidence chooses: keys that imitate lengths, levels or readers", () => {
    const imitation = Buffer.concat([Buffer.from("a"), Uint8Array.of(0, 0, 0, 5), Buffer.from("zip:0")]);
    const chains = [
      folderChain(Buffer.from("a")),
      folderChain(imitation),
      childChain(folderChain(Buffer.from("a")), "zip", "0"),
      folderChain(Buffer.from("azip:0")),
      childChain(folderChain(Buffer.from("a")), "zip", "0\u0000zip:0"),
      childChain(childChain(folderChain(Buffer.from("a")), "zip", "0"), "zip", "0"),
      [Buffer.from("foldera")],
      [Buffer.from("folder"), Buffer.alloc(0), Buffer.from("a")],
    ];
    expect(new Set(chains.map(itemId)).size).toBe(chains.length);
  });

  it("cannot be confused by readers' ids: none holds the mark between id and key", () => {
    const ids = [...containers, ...extractors].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
  });
});
