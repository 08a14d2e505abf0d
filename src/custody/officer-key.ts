/**
 * An officer's key at rest: Ed25519, its PKCS #8 encrypted with AES-256-GCM under a key that scrypt (RFC 7914) makes of
 * the passphrase. Everything else of the file is authenticated as additional data, so that a weakened cost, a swapped
 * public key or another name does not open.
 */
import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, scryptSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { keyIdOf, rawPublicKey } from "../../native-free/hash/ed25519.ts";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { custodySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { makePrivateFolder, officersFolder, vestigeHome } from "./home.ts";
import type { OfficerKey } from "./key-register.ts";
import { officerSlug } from "./officer-slug.ts";
import { officerSigner, privateKeyFromDer, type Signer } from "./signer.ts";

/** Cost of scrypt below which a key file is refused; 128 MiB of memory with r = 8. */
export const scryptFloor = 131_072;
/** Cost above which a file is taken for damaged rather than spend the machine's memory. */
const scryptCeiling = 1_048_576;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

const keyFileShape = z.strictObject({
  schema: z.literal("vestige.officer-key/1"),
  name: z.string().min(1),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: base64,
  created: z.string(),
  kdf: z.strictObject({ name: z.literal("scrypt"), n: z.int(), r: z.int(), p: z.int(), salt: base64 }),
  cipher: z.strictObject({ name: z.literal("aes-256-gcm"), iv: base64, tag: base64, data: base64 }),
});

type KeyFile = z.infer<typeof keyFileShape>;

export interface KeyOptions {
  /** Default `vestigeHome()`. */
  readonly home?: string;
  /** scrypt N; below `scryptFloor` the file opens only with the same explicit permission. For tests. */
  readonly cost?: number;
  /** Accept a file whose cost is below the floor. For tests. */
  readonly allowWeak?: boolean;
}

/** Where the key of an officer is kept. */
export function officerKeyFile(name: string, home = vestigeHome()): string {
  return join(officersFolder(home), `${officerSlug(name)}.key.json`);
}

/** Makes and stores a key. Throws OperatorError where the officer has one already or the passphrase is empty. */
export function createOfficerKey(
  name: string,
  passphrase: string,
  options: KeyOptions = {},
): OfficerKey & { file: string } {
  const home = options.home ?? vestigeHome();
  const file = officerKeyFile(name, home);
  if (passphrase === "") throw new OperatorError("custody/passphrase-empty", custodySays.emptyPassphrase());
  if (existsSync(file)) {
    throw new OperatorError("custody/key-exists", custodySays.keyExists(escapeForTerminal(name), file));
  }
  const pair = generateKeyPairSync("ed25519");
  const publicKey = rawPublicKey(pair.publicKey);
  const header = {
    schema: "vestige.officer-key/1" as const,
    name: name.normalize("NFC").trim(),
    keyId: keyIdOf(publicKey),
    publicKey,
    created: new Date().toISOString(),
    kdf: {
      name: "scrypt" as const,
      n: options.cost ?? scryptFloor,
      r: 8,
      p: 1,
      salt: randomBytes(16).toString("base64"),
    },
  };
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", derive(passphrase, header.kdf), iv);
  cipher.setAAD(Buffer.from(canonicalJson(header)));
  const data = Buffer.concat([cipher.update(pair.privateKey.export({ type: "pkcs8", format: "der" })), cipher.final()]);
  const whole: KeyFile = {
    ...header,
    cipher: {
      name: "aes-256-gcm",
      iv: iv.toString("base64"),
      tag: cipher.getAuthTag().toString("base64"),
      data: data.toString("base64"),
    },
  };
  makePrivateFolder(home);
  makePrivateFolder(officersFolder(home));
  writeAtomically(file, `${JSON.stringify(whole, null, 2)}\n`, 0o600);
  return { officer: header.name, keyId: header.keyId, publicKey, file };
}

/** NFKC, so that the same passphrase typed on another keyboard or system gives the same bytes. */
function derive(passphrase: string, kdf: KeyFile["kdf"]): Buffer {
  const { n, r, p } = kdf;
  const salt = Buffer.from(kdf.salt, "base64");
  return scryptSync(passphrase.normalize("NFKC"), salt, 32, { N: n, r, p, maxmem: 256 * n * r });
}

/** The public half of an officer's key. Throws OperatorError where there is no readable key. */
export function readOfficerKey(name: string, home = vestigeHome()): OfficerKey & { file: string } {
  const file = officerKeyFile(name, home);
  const content = readKeyFile(name, file, home);
  return { officer: content.name, keyId: content.keyId, publicKey: content.publicKey, file };
}

/** True where the officer has a key in this home. */
export function hasOfficerKey(name: string, home = vestigeHome()): boolean {
  return existsSync(officerKeyFile(name, home));
}

/** All officers with a key in this home, sorted by name. Throws OperatorError on a damaged file. */
export function listOfficerKeys(home = vestigeHome()): (OfficerKey & { file: string })[] {
  const folder = officersFolder(home);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".key.json"))
    .map((name) => join(folder, name))
    .map((file) => ({ file, content: readKeyFile(file, file, home) }))
    .map(({ file, content }) => ({ officer: content.name, keyId: content.keyId, publicKey: content.publicKey, file }))
    .sort((a, b) => (a.officer < b.officer ? -1 : 1));
}

/** Opens an officer's key. Throws OperatorError for an absent, damaged or weakened file and a wrong passphrase. */
export function unlockOfficerKey(name: string, passphrase: string, options: KeyOptions = {}): Signer {
  const home = options.home ?? vestigeHome();
  const file = officerKeyFile(name, home);
  const content = readKeyFile(name, file, home);
  checkCost(content, file, options.allowWeak === true);
  const { cipher, ...header } = content;
  const decipher = createDecipheriv("aes-256-gcm", derive(passphrase, content.kdf), Buffer.from(cipher.iv, "base64"), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(canonicalJson(header)));
  let der: Buffer;
  try {
    decipher.setAuthTag(Buffer.from(cipher.tag, "base64"));
    der = Buffer.concat([decipher.update(Buffer.from(cipher.data, "base64")), decipher.final()]);
  } catch {
    throw new OperatorError("custody/passphrase-wrong", custodySays.wrongPassphrase(escapeForTerminal(name)));
  }
  const privateKey = privateKeyFromDer(der);
  if (rawPublicKey(privateKey) !== content.publicKey) {
    throw new OperatorError(
      "custody/key-damaged",
      custodySays.keyDamaged(file, "its two halves do not belong together"),
    );
  }
  return officerSigner(content.name, content.keyId, content.publicKey, privateKey);
}

function checkCost(content: KeyFile, file: string, allowWeak: boolean): void {
  const { n, r, p } = content.kdf;
  const powerOfTwo = n > 1 && Number.isInteger(Math.log2(n));
  if (!powerOfTwo || n > scryptCeiling || r !== 8 || p !== 1) {
    throw new OperatorError("custody/key-damaged", custodySays.keyDamaged(file, "scrypt parameters out of range"));
  }
  if (n < scryptFloor && !allowWeak) {
    throw new OperatorError("custody/key-weak", custodySays.keyWeak(file, n, scryptFloor));
  }
}

function readKeyFile(name: string, file: string, home: string): KeyFile {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code !== "ENOENT") throw new OperatorError("custody/key-damaged", custodySays.keyDamaged(file, code));
    const sentence = custodySays.keyAbsent(escapeForTerminal(name), officersFolder(home));
    throw new OperatorError("custody/key-absent", sentence);
  }
  const parsed = keyFileShape.safeParse(jsonOrNull(text));
  if (!parsed.success || keyIdOf(parsed.data.publicKey) !== parsed.data.keyId) {
    throw new OperatorError("custody/key-damaged", custodySays.keyDamaged(file, "not a key file"));
  }
  return parsed.data;
}

/** Null is refused by the shape like any other wrong value. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
