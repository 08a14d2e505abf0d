/** Encrypted files; keys and certificates. */
import type { Probe } from "../probe.ts";
import type { TypeRow } from "../type-row.ts";

export const encryptedTypes: readonly TypeRow[] = [
  {
    id: "ooxml-encrypted",
    parent: "ole",
    name: "Encrypted Office document",
    mime: "application/encrypted",
    ext: "docx docm dotx dotm xlsx xlsm xlsb xltx xltm pptx pptm potx potm ppsx ppsm",
    spec: "MS-OFFCRYPTO 2.3",
  },
  {
    id: "luks",
    name: "LUKS volume",
    mime: "application/x-luks",
    ext: "luks img dd",
    sig: ["'LUKS' BA BE 00"],
    spec: "LUKS1, LUKS2",
  },
  {
    id: "kdbx",
    name: "KeePass database",
    mime: "application/x-keepass2",
    ext: "kdbx kdb",
    sig: ["03 D9 A2 9A 67 FB 4B B5", "03 D9 A2 9A 66 FB 4B B5", "03 D9 A2 9A 65 FB 4B B5"],
  },
  {
    id: "pgp",
    name: "OpenPGP message or keys",
    mime: "application/pgp-encrypted",
    ext: "pgp gpg pkr skr key sig",
    check: isPgp,
    refine: (probe) => ([5, 6].includes(pgpTag(probe)) ? "pgp-keys" : null),
    spec: "RFC 9580",
  },
  {
    id: "pgp-armor",
    name: "OpenPGP text (armoured)",
    mime: "application/pgp-encrypted",
    ext: "asc pgp gpg",
    spec: "RFC 9580 6",
  },
  { id: "age", name: "age encrypted file", mime: "application/x-age", ext: "age", sig: ["'age-encryption.org/v1' 0A"] },
  {
    id: "axcrypt",
    name: "AxCrypt file",
    mime: "application/x-axcrypt",
    ext: "axx",
    sig: ["C0 B9 07 2E 4F 93 F1 46 A0 15 79 2C A1 D9 E8 21"],
  },
  {
    id: "openssl-salted",
    name: "OpenSSL encrypted file",
    mime: "application/x-openssl-salted",
    ext: "enc",
    sig: ["'Salted__'"],
  },
  {
    id: "pkcs12",
    name: "PKCS #12 key store",
    mime: "application/x-pkcs12",
    ext: "p12 pfx keystore",
    sig: ["30 82 ? ? 02 01 03 30", "30 83 ? ? ? 02 01 03 30", "30 80 02 01 03 30"],
    spec: "RFC 7292",
  },
  {
    id: "signal-backup",
    name: "Signal backup",
    mime: "application/x-signal-backup",
    ext: "backup",
    sig: ["00 00 00 3A 0A 38 0A 10"],
    weak: true,
  },
  {
    id: "whatsapp-crypt12",
    name: "WhatsApp database (encrypted)",
    mime: "application/x-whatsapp-crypt",
    ext: "crypt12 crypt14 crypt15 crypt8",
    sig: ["00 01 ? 00 02 00 ?*32 00"],
    weak: true,
  },
];

export const keyTypes: readonly TypeRow[] = [
  {
    id: "pgp-armor-keys",
    parent: "text",
    name: "OpenPGP keys (armoured)",
    mime: "application/pgp-keys",
    ext: "asc pgp gpg key pem",
    spec: "RFC 9580 6",
  },
  {
    id: "pgp-signature",
    parent: "text",
    name: "OpenPGP signature (armoured)",
    mime: "application/pgp-signature",
    ext: "asc sig",
    spec: "RFC 9580 6",
  },
  {
    id: "pgp-signed",
    parent: "text",
    name: "OpenPGP signed text",
    mime: "text/x-pgp-signed",
    ext: "asc txt",
    spec: "RFC 9580 7",
  },
  {
    id: "pgp-keys",
    parent: "pgp",
    name: "OpenPGP keys",
    mime: "application/pgp-keys",
    ext: "pgp gpg pkr skr key",
    spec: "RFC 9580",
  },
  {
    id: "jks",
    name: "Java key store",
    mime: "application/x-java-keystore",
    ext: "jks keystore",
    sig: ["FE ED FE ED 00 00 00", "CE CE CE CE 00 00 00"],
  },
  {
    id: "pkcs7",
    name: "Signed or encrypted message (PKCS #7)",
    mime: "application/pkcs7-mime",
    ext: "p7m p7s p7b p7c",
    sig: [
      "30 82 ? ? 06 09 2A 86 48 86 F7 0D 01 07",
      "30 80 06 09 2A 86 48 86 F7 0D 01 07",
      "30 83 ? ? ? 06 09 2A 86 48 86 F7 0D 01 07",
    ],
    spec: "RFC 5652",
  },
  {
    id: "x509-der",
    name: "Certificate (DER)",
    mime: "application/pkix-cert",
    ext: "der cer crt",
    sig: ["30 82 ? ? 30 82 ? ? A0 03 02 01 02 02"],
    spec: "RFC 5280",
  },
];

/** First packet of an OpenPGP stream: tag and length that fit its body's first fields (RFC 9580 4.2, 5). */
function isPgp(probe: Probe): boolean {
  const first = probe.u8(0);
  if ((first & 0x80) === 0) return false;
  const kind = pgpTag(probe);
  const [length, body] = pgpLength(probe, (first & 0x40) !== 0, first & 3);
  if (length < 3 || body + length > probe.size) return false;
  const version = probe.u8(body);
  if (kind === 1)
    return (
      (version === 3 && probe.u8(body + 9) >= 1 && probe.u8(body + 9) <= 25 && pgpKeyBits(probe, body + 10, length)) ||
      version === 6
    );
  if (kind === 3)
    return (
      version === 4 &&
      probe.u8(body + 1) <= 13 &&
      [0, 1, 3, 4].includes(probe.u8(body + 2)) &&
      length < 80 &&
      probe.u8(body + length) >= 0xc0
    );
  if (kind === 5 || kind === 6)
    return (
      (version === 4 || version === 6) &&
      probe.u32be(body + 1) > 631152000 &&
      [1, 2, 3, 16, 17, 18, 19, 22, 25, 27].includes(probe.u8(body + 5))
    );
  return false;
}

function pgpTag(probe: Probe): number {
  const first = probe.u8(0);
  return (first & 0x40) !== 0 ? first & 63 : (first >> 2) & 15;
}

/** The session key is a number of a usual length: a public key of 512 to 16,384 bits, or a curve point. */
function pgpKeyBits(probe: Probe, at: number, length: number): boolean {
  const bits = probe.u16be(at);
  return bits >= 250 && bits <= 16384 && bits / 8 <= length;
}

function pgpLength(probe: Probe, modern: boolean, kind: number): [length: number, body: number] {
  if (!modern)
    return kind === 0 ? [probe.u8(1), 2] : kind === 1 ? [probe.u16be(1), 3] : kind === 2 ? [probe.u32be(1), 5] : [0, 1];
  const first = probe.u8(1);
  if (first < 192) return [first, 2];
  if (first < 224) return [((first - 192) << 8) + probe.u8(2) + 192, 3];
  return first === 255 ? [probe.u32be(2), 6] : [0, 2];
}
