/** Every registered type has a file that is it, and one that nearly is. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { identify, typeRegistry } from "../../../native-free/typing/index.ts";
import { binaryKinds } from "../../fixtures/typing/binary-kinds.ts";
import { changedAt, signatureSample } from "../../fixtures/typing/signature-samples.ts";
import { storeKinds } from "../../fixtures/typing/store-kinds.ts";
import { textKinds } from "../../fixtures/typing/text-kinds.ts";
import { zipKinds } from "../../fixtures/typing/zip-kinds.ts";

const typeOf = async (bytes: Uint8Array): Promise<string> => (await identify(new MemorySource(bytes))).id;

const written = new Map([...binaryKinds(), ...zipKinds(), ...storeKinds(), ...textKinds()]);

/** Ids that have a sample of their own, and what went wrong. */
async function judge(): Promise<{ both: string[]; faults: string[] }> {
  const both: string[] = [];
  const faults: string[] = [];
  for (const { id, row } of typeRegistry.values()) {
    const pair = written.get(id);
    const before = faults.length;
    if (pair) faults.push(...(await judgePair(id, pair)));
    else for (const signature of row.sig ?? []) faults.push(...(await judgeSignature(id, signature)));
    if (faults.length === before && (pair || row.sig)) both.push(id);
    else if (!pair && !row.sig) faults.push(`${id}: no sample`);
  }
  return { both, faults };
}

async function judgePair(id: string, [sample, near]: readonly [Uint8Array, Uint8Array]): Promise<string[]> {
  const faults: string[] = [];
  if ((await typeOf(sample)) !== id) faults.push(`${id}: sample is ${await typeOf(sample)}`);
  if ((await typeOf(near)) === id) faults.push(`${id}: near miss is taken for it`);
  return faults;
}

/** Each fixed byte decides: a file with any one of them changed is another type. */
async function judgeSignature(id: string, signature: string): Promise<string[]> {
  const { bytes, fixed } = signatureSample(signature);
  const faults: string[] = [];
  const found = await typeOf(bytes);
  if (found !== id) faults.push(`${id}: ${signature} is ${found}`);
  for (const at of fixed) {
    if ((await typeOf(changedAt(bytes, at))) === id) faults.push(`${id}: ${signature} holds with byte ${at} changed`);
  }
  return faults;
}

describe("a sample and a near miss of every type", () => {
  it("are told apart", async () => {
    const { both, faults } = await judge();
    expect(faults).toEqual([]);
    expect(both.length).toBe(typeRegistry.size);
    expect(both.length).toBeGreaterThanOrEqual(400);
  });

  it("are written for registered types only", () => {
    for (const id of written.keys()) expect(typeRegistry.has(id), id).toBe(true);
  });
});
