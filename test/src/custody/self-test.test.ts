import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { publicKeyOf, strictBase64, verifyBase64 } from "../../../native-free/hash/ed25519.ts";
import { nodeHashes, wasmHashes, type HashProvider } from "../../../native-free/hash/self-test.ts";
import { requireSelfTest, selfTest, selfTestDetails } from "../../../src/custody/self-test.ts";

/** An implementation that is wrong for one algorithm, from some length on. */
function wrong(provider: HashProvider, algorithm: string, fromLength: number): HashProvider {
  const right = provider.hashes[algorithm];
  const hash = (bytes: Uint8Array) => {
    const hex = right?.(bytes) ?? "";
    return bytes.length >= fromLength ? `${hex.slice(0, -1)}${hex.endsWith("0") ? "1" : "0"}` : hex;
  };
  return { name: provider.name, hashes: { ...provider.hashes, [algorithm]: hash } };
}

describe("the self-test", () => {
  it("passes here, and says with what", async () => {
    const result = await selfTest();
    expect(result.failed).toEqual([]);
    expect(result.ok).toBe(true);
    expect(new Set(result.checks.map((check) => check.name)).size).toBe(result.checks.length);
    expect(selfTestDetails(result)).toMatchObject({ ok: true, checks: 28, failed: [], node: process.versions.node });
    expect(() => requireSelfTest(result)).not.toThrow();
  });

  it("fails for each algorithm of each implementation that is wrong", async () => {
    const wasm = await wasmHashes();
    for (const algorithm of Object.keys(nodeHashes.hashes)) {
      const result = await selfTest(wrong(nodeHashes, algorithm, 0), wasm);
      expect(result.failed).toEqual([`${algorithm}/node`, `${algorithm}/agreement`]);
      expect(() => requireSelfTest(result)).toThrow(algorithm);
    }
    expect((await selfTest(nodeHashes, wrong(wasm, "blake3", 0))).failed).toEqual(["blake3/wasm", "blake3/agreement"]);
  });

  it("fails where two implementations part on lengths that known answers do not reach", async () => {
    const wasm = await wasmHashes();
    const result = await selfTest(nodeHashes, wrong(wasm, "sha3-256", 4097));
    expect(result.failed).toEqual(["sha3-256/agreement"]);
  });

  it("fails for an algorithm that nobody knows the answer of", async () => {
    const odd = { name: "odd", hashes: { sha384: (b: Uint8Array) => createHash("sha384").update(b).digest("hex") } };
    expect((await selfTest(nodeHashes, odd)).failed).toEqual(["sha384/odd"]);
  });
});

describe("Ed25519 texts", () => {
  it("have one spelling", () => {
    const key = "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=";
    expect(publicKeyOf(key)).not.toBeNull();
    for (const other of [
      key.slice(0, -1),
      ` ${key}`,
      key.replace("w=", "x="),
      key.replace("+", "-"),
      "",
      `${key}=`,
      "AAAA",
    ]) {
      if (other !== key) expect(publicKeyOf(other)).toBeNull();
    }
    expect(strictBase64("AA==")).toEqual(Buffer.from([0]));
    expect(strictBase64("AB==")).toBeNull();
    expect(verifyBase64(Buffer.alloc(32), "AAAA", key)).toBe(false);
  });
});
