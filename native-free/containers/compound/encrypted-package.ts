/** An encrypted Office Open XML package (MS-OFFCRYPTO 2.3.4): the decrypted package is the one child. */
import { childOf } from "../../compound/child-of.ts";
import type { Compound, CompoundEntry } from "../../compound/compound.ts";
import type { Child, ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { decryptPackage, packageProtection, packageSize } from "../../office-crypto/package.ts";
import { tryPasswords } from "../../office-crypto/passwords.ts";

/** Adds the streams that need no other reading to `read`. */
export function* readEncryptedPackage(
  compound: Compound,
  context: ExtractContext,
  read: Set<CompoundEntry>,
): Generator<Extraction> {
  for (const entry of compound.entries) {
    if (/^(EncryptedPackage$|EncryptionInfo$|\u0006DataSpaces\/)/.test(entry.path)) read.add(entry);
  }
  const info = compound.find("EncryptionInfo");
  const protection = info && packageProtection(compound.open(info));
  if (!protection) {
    yield { what: "finding", finding: finding("office/unknown-encryption") };
    yield { what: "status", status: "failed", reason: "encrypted" };
    return;
  }
  const { key, notes } = tryPasswords(context.passwords, protection.method, (password) => protection.open(password));
  yield* notes;
  if (key === null) return;
  const stream = compound.open(compound.find("EncryptedPackage")!);
  const size = packageSize(stream);
  const child: Child = {
    ...childOf("package", "package", stream),
    size,
    packedSize: size,
    content: { open: () => decryptPackage(stream, key) },
  };
  yield { what: "child", child };
}
