import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keccak256 } from "../../../../native-free/entities/checks/keccak.ts";
import { coinKeys, coins } from "../../../../native-free/entities/crypto/coins.ts";
import { ethereum } from "../../../../native-free/entities/crypto/ethereum.ts";
import { monero } from "../../../../native-free/entities/crypto/monero.ts";
import { seedPhrase } from "../../../../native-free/entities/crypto/seed-phrase.ts";
import { englishWords } from "../../../../native-free/entities/crypto/words-english.ts";
import { italianWords } from "../../../../native-free/entities/crypto/words-italian.ts";
import { hitsOf, itFinds } from "../hits-of.ts";

const genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
const segwit = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";

describe("coins", () => {
  itFinds(
    [coins],
    [
      [genesis, `bitcoin ${genesis} valid`],
      ["to 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy.", "bitcoin 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy valid"],
      [`bitcoin:${segwit}?amount=1`, `bitcoin ${segwit} valid`],
      [segwit.toUpperCase(), `bitcoin ${segwit} valid`],
      [taproot, `bitcoin ${taproot} valid`],
      ["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tron TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t valid"],
      ["rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "ripple rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh valid"],
      ["btc wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bitcoin 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb invalid-check"],
      ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
      [segwit.replace("508", "509"), `bitcoin ${segwit.replace("508", "509")} invalid-check`],
      [`${genesis}x x${genesis} 1${genesis} ${genesis.replace("z", "0")}`],
      ["d41d8cd98f00b204e9800998ecf8427e 3e25960a79dbc69b674cd4ec67a72c62"],
    ],
  );

  it("tells bech32m from bech32 by the version", () => {
    // The last characters of a version 0 address under the constant of version 1 and later (BIP-350, invalid addresses).
    expect(hitsOf([coins], "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KEMEAWH")).toEqual([
      "bitcoin bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh invalid-check",
    ]);
    expect(hitsOf([coins], "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4")).toEqual([]);
  });
});

describe("keys", () => {
  const wif = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";
  const short = "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617";
  const extended =
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";
  itFinds(
    [coinKeys],
    [
      [wif, `wif ${wif} valid`],
      [short, `wif ${short} valid`],
      [extended, `extended-key ${extended} valid`],
      [`${wif.slice(0, -1)}K ${extended.slice(0, -1)}j ${wif}a`],
    ],
  );
});

describe("Keccak-256", () => {
  const hex = (text: string): string => Buffer.from(keccak256(Buffer.from(text))).toString("hex");

  it("gives the known digests", () => {
    expect(hex("")).toBe("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect(hex("abc")).toBe("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  });

  it("agrees with hash-wasm around every edge of its blocks", async () => {
    const { keccak } = await import("hash-wasm");
    for (const length of [1, 55, 134, 135, 136, 137, 271, 272, 273, 500]) {
      const bytes = randomBytes(length);
      expect(Buffer.from(keccak256(bytes)).toString("hex"), String(length)).toBe(await keccak(bytes, 256));
    }
  });
});

describe("Ethereum", () => {
  const good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
  itFinds(
    [ethereum],
    [
      [good, `ethereum ${good} valid`],
      ["0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "ethereum 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 valid"],
      [good.toLowerCase(), `ethereum ${good.toLowerCase()} pattern`],
      [`eth ${good.replace("aA", "AA")}`, `ethereum ${good.replace("aA", "AA")} invalid-check`],
      [good.replace("aA", "AA")],
      [`${good}0 ${good.slice(0, -1)} 1${good} ${good.slice(2)} ${good.replace("b6", "g6")} 0x${"0".repeat(40)}`],
    ],
  );
});

describe("Monero", () => {
  const good = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";
  itFinds(
    [monero],
    [
      [good, `monero ${good} valid`],
      [`xmr: ${good.replace("BEP3A", "BEP3B")}`, `monero ${good.replace("BEP3A", "BEP3B")} invalid-check`],
      [`${good.replace("BEP3A", "BEP3B")} ${good}A ${good.slice(1)}`],
    ],
  );
});

/** A phrase by BIP-39 of so many bytes, the other way round from what the recogniser does. */
function phraseOf(words: string, entropy: Buffer): string {
  const list = words.trim().split(/\s+/);
  const bits = Array.from(entropy, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const check = createHash("sha256").update(entropy).digest()[0]!.toString(2).padStart(8, "0");
  const all = bits + check.slice(0, entropy.length / 4);
  return Array.from(
    { length: all.length / 11 },
    (_, i) => list[Number.parseInt(all.slice(i * 11, i * 11 + 11), 2)]!,
  ).join(" ");
}

describe("seed phrases", () => {
  const zero = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
  const legal = "legal winner thank year wave sausage worth useful legal winner thank yellow";
  itFinds(
    [seedPhrase],
    [
      [zero, `seed-phrase ${zero} valid`],
      [`seed: ${legal}.`, `seed-phrase ${legal} valid`],
      [`${legal} dear friend`, `seed-phrase ${legal} valid-check`],
      [legal.replaceAll(" ", "\r\n"), `seed-phrase ${legal} valid`],
      [
        `recovery phrase: ${legal.replace("yellow", "year")}`,
        `seed-phrase ${legal.replace("yellow", "year")} invalid-check`,
      ],
      [legal.replace("yellow", "year")],
      [legal.replace("winner ", "winnerr ")],
      [legal.slice(0, -7)],
      [englishWords],
    ],
  );

  it("holds for every length and list", () => {
    for (const bytes of [16, 20, 24, 28, 32]) {
      const entropy = Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 89 + 7 * bytes) & 0xff));
      const phrase = phraseOf(englishWords, entropy);
      expect(hitsOf([seedPhrase], phrase)).toEqual([`seed-phrase ${phrase} valid`]);
    }
    const short = italianWords
      .trim()
      .split(/\s+/)
      .map((word) => (word.length > 8 ? "abaco" : word))
      .join(" ");
    const entropy = Buffer.from(Array.from({ length: 16 }, (_, i) => (i * 37 + 3) & 0xff));
    const phrase = phraseOf(short, entropy);
    expect(phrase).toBe(phraseOf(italianWords, entropy));
    expect(hitsOf([seedPhrase], phrase)).toEqual([`seed-phrase ${phrase} valid`]);
  });
});
