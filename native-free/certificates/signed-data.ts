/**
 * Signed messages (PKCS #7, CMS, RFC 5652 section 5): who signed and when, as the message says. Nothing is verified. Times of
 * counter-signatures are taken from PKCS #9 (RFC 2985 5.4.3) and from time-stamp tokens (RFC 3161 2.4.2).
 */
import type { BaseBlock } from "asn1js";
import { type CertificateFacts, certificateFacts } from "./certificate.ts";

const signedData = "1.2.840.113549.1.7.2";
const signingTime = "1.2.840.113549.1.9.5";
const counterSignature = "1.2.840.113549.1.9.6";
const timeStampTokens = ["1.2.840.113549.1.9.16.2.14", "1.3.6.1.4.1.311.3.3.1"];
const mostCertificates = 64;

export interface SignerFacts {
  /** Of the signer's certificate, where the message holds it. */
  readonly certificate: CertificateFacts | null;
  /** Hexadecimal, upper case, as the signature names it. */
  readonly serial: string;
  /** ISO 8601 in UTC, the counter-signature's first; null where there is none. */
  readonly signed: string | null;
}

export interface SignedFacts {
  readonly signers: readonly SignerFacts[];
  readonly certificates: readonly CertificateFacts[];
}

/** Damaged input gives nodes without a value. */
type Node = BaseBlock & { readonly valueBlock?: { readonly value?: unknown; readonly valueHexView?: Uint8Array } };

/** Null where the bytes are no signed message. */
export async function signedFacts(der: Uint8Array): Promise<SignedFacts | null> {
  const { fromBER } = await import("asn1js");
  const root = parse(fromBER, der);
  const [type, wrapped] = root ? parts(root) : [];
  if (!type || !wrapped || oidOf(type) !== signedData) return null;
  const body = parts(parts(wrapped)[0]);
  const certificates = body
    .filter((node) => isContext(node, 0))
    .flatMap(parts)
    .slice(0, mostCertificates);
  const known = certificates.flatMap((node) => certificateFacts(new Uint8Array(node.valueBeforeDecodeView)) ?? []);
  const infos = body.findLast((node) => isUniversal(node, 17));
  const signers = parts(infos)
    .slice(0, mostCertificates)
    .map((info) => signerOf(info, known, fromBER));
  return { signers, certificates: known };
}

type FromBer = (typeof import("asn1js"))["fromBER"];

function parse(fromBER: FromBer, der: Uint8Array): Node | null {
  try {
    const { offset, result } = fromBER(der);
    return offset === -1 ? null : (result as Node);
  } catch {
    // The library throws for lengths that no buffer holds.
    return null;
  }
}

/** SignerInfo: version, issuer and serial number, digest, attributes [0], algorithm, signature, attributes [1]. */
function signerOf(info: Node, known: readonly CertificateFacts[], fromBER: FromBer): SignerFacts {
  const body = parts(info);
  const serialNode = parts(body[1])[1];
  const serial = Buffer.from(serialNode?.valueBlock?.valueHexView ?? [])
    .toString("hex")
    .toUpperCase();
  const certificate = known.find((each) => sameSerial(each.serial, serial)) ?? null;
  const own = attribute(
    body.find((node) => isContext(node, 0)),
    [signingTime],
  );
  const others = body.findLast((node) => isContext(node, 1));
  return { certificate, serial, signed: counterTime(others, fromBER) ?? timeOf(own[0]) };
}

const withoutZeros = (hex: string): string => hex.replace(/^0+/, "").toUpperCase();
const sameSerial = (a: string, b: string): boolean => b !== "" && withoutZeros(a) === withoutZeros(b);

function counterTime(attributes: Node | undefined, fromBER: FromBer): string | null {
  for (const info of attribute(attributes, [counterSignature])) {
    const signed = attribute(
      parts(info).find((node) => isContext(node, 0)),
      [signingTime],
    );
    const time = timeOf(signed[0]);
    if (time) return time;
  }
  for (const token of attribute(attributes, timeStampTokens)) {
    // SignedData of the token: version, digests, content { type, [0] { octets of TSTInfo } }.
    const content = parts(parts(parts(token)[1])[0])[2];
    const octets = parts(parts(content)[1])[0];
    const inner = octets && (parts(octets)[0] ?? octets);
    const info = inner?.valueBlock?.valueHexView && parse(fromBER, inner.valueBlock.valueHexView);
    const time = info ? timeOf(parts(info).find((node) => isUniversal(node, 24))) : null;
    if (time) return time;
  }
  return null;
}

/** Values of an attribute in a set of attributes. */
function attribute(attributes: Node | undefined, wanted: readonly string[]): Node[] {
  for (const each of parts(attributes)) {
    const [type, values] = parts(each);
    if (type && wanted.includes(oidOf(type))) return parts(values);
  }
  return [];
}

/** UTCTime and GeneralizedTime (X.680 46, 47) in UTC. */
function timeOf(node: Node | undefined): string | null {
  if (!node) return null;
  const text = Buffer.from(new Uint8Array(node.valueBeforeDecodeView)).toString("latin1").slice(2);
  const match = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (!match) return null;
  const short = match[1]!;
  const year = short.length === 4 ? short : `${Number(short) >= 50 ? "19" : "20"}${short}`;
  const fraction = match[7] ? `.${match[7]}` : "";
  return `${year}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}${fraction}Z`;
}

function parts(node: Node | undefined): Node[] {
  const value = node?.valueBlock?.value;
  return Array.isArray(value) ? (value as Node[]) : [];
}

const isUniversal = (node: Node, tag: number): boolean => node.idBlock.tagClass === 1 && node.idBlock.tagNumber === tag;
const isContext = (node: Node, tag: number): boolean => node.idBlock.tagClass === 3 && node.idBlock.tagNumber === tag;

const oidOf = (node: Node): string => (node.valueBlock as { toString(): string } | undefined)?.toString() ?? "";
