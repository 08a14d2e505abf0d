import { describe, expect, it } from "vitest";
import { certificateExtractor } from "../../../native-free/extractors/keys/certificate-extractor.ts";
import { pgpExtractor } from "../../../native-free/extractors/keys/pgp-extractor.ts";
import { asPem, certificate, serialHex, signedMessage } from "../../fixtures/certificate-files.ts";
import { pgpKey } from "../../fixtures/data-files.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array): ReturnType<typeof gather> =>
  gather(certificateExtractor.extract(sourceOf(bytes), context));
const readPgp = (bytes: Uint8Array | string): ReturnType<typeof gather> =>
  gather(pgpExtractor.extract(sourceOf(bytes), context));

describe("certificates", () => {
  const facts = [
    ["subject", "CN=Someone"],
    ["signerIssuer", "CN=An authority"],
    ["signerSerial", serialHex.toUpperCase()],
    ["starts", "2024-03-01T10:00:00Z"],
    ["ends", "2034-03-01T10:00:00Z"],
  ];

  it("gives subject, issuer, number and dates, in DER and in PEM", async () => {
    const der = certificate("Someone", "An authority");
    for (const bytes of [der, asPem(der), asPem(Buffer.concat([der]))]) {
      const result = await read(bytes);
      expect(result.fields).toEqual(expect.arrayContaining(facts));
      expect([result.findings, result.statuses]).toEqual([[], []]);
    }
    expect((await read(asPem(der))).text).toContain("-----BEGIN CERTIFICATE-----");
  });

  it("gives the signer of a message and when it was signed", async () => {
    const { fields } = await read(signedMessage("Someone", "An authority"));
    expect(fields).toEqual(
      expect.arrayContaining([...facts, ["signer", "CN=Someone"], ["signed", "2024-05-06T07:08:09Z"]]),
    );
  });

  it("says that a certificate is none, and names a private key", async () => {
    const broken = await read(certificate("Someone", "An authority").subarray(0, 100));
    expect(broken.findings).toEqual([["keys/damaged", { what: "certificate" }]]);
    expect(broken.statuses).toEqual(["partial: damaged"]);
    const key = await read(Buffer.from("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
    expect(key.findings).toEqual([["keys/private-key", { form: "PEM" }]]);
  });
});

describe("OpenPGP", () => {
  it("gives user id, address, date and fingerprint of a key, armoured or not", async () => {
    const key = pgpKey("Someone <someone@example.org>");
    const armoured = `-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: a note\n\n${key.toString("base64")}\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n`;
    for (const bytes of [key, armoured]) {
      const { fields, statuses } = await readPgp(bytes);
      expect(fields).toEqual(
        expect.arrayContaining([
          ["author", "Someone <someone@example.org>"],
          ["email", "someone@example.org"],
        ]),
      );
      expect(fields.find(([name]) => name === "documentId")?.[1]).toMatch(/^[0-9a-f]{40}$/);
      expect(statuses).toEqual([]);
    }
    expect((await readPgp(armoured)).labelled["armour"]).toBe("Comment: a note\n");
  });

  it("says for whom a message is encrypted and that it is", async () => {
    const session = Buffer.from("84" + "0c" + "03" + "0123456789abcdef" + "01" + "0000", "hex");
    const message = Buffer.concat([session, Buffer.from([0xd2, 3, 1, 2, 3])]);
    const { fields, statuses } = await readPgp(message);
    expect(fields).toEqual([["to", "key 0123456789ABCDEF"]]);
    expect(statuses).toEqual(["failed: encrypted"]);
  });

  it("says that a packet is cut off", async () => {
    const { findings } = await readPgp(pgpKey("Someone").subarray(0, -3));
    expect(findings).toEqual([["keys/damaged", { what: "OpenPGP packet" }]]);
  });
});
