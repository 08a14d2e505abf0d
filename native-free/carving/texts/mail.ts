/**
 * Mail messages and mailboxes. A message is believed when its header is sound and says where it comes from; where it is in parts it ends
 * behind the last boundary, otherwise where text does. Spec: RFC 5322, RFC 2046, RFC 4155.
 * Not supported: bodies in binary (`BINARYMIME`), and text behind the last boundary.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { isSeparator, readBody, readHeader } from "./mail-walk.ts";
import { carvedAs } from "../first-bytes.ts";
import { beginsAsText, Line } from "./text-bytes.ts";

const leastFields = 3;
/** Messages in a mailbox have been delivered: their headers are believed with fewer. */
const leastInMailbox = 2;
const messageLimit = 1_000_000;

function carveMessage(source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 32)) return null;
  const window = new CarveWindow(source, end);
  const header = readHeader(window, at);
  if (header === null || header.fields < leastFields || !header.hasOrigin) return null;
  const body = readBody(window, header.bodyAt, header.boundary, false);
  const to = Math.max(body.end, header.bodyAt);
  return carvedAs("eml", body.isWhole || header.boundary === null ? "complete" : "truncated", to - at, header.subject);
}

function carveMailbox(source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 32)) return null;
  const window = new CarveWindow(source, end);
  const line = new Line(window);
  let [to, messages, isWhole] = [at, 0, false];
  for (; messages < messageLimit && line.read(to) && line.isWhole && isSeparator(line); messages++) {
    const header = readHeader(window, line.to);
    if (header === null || header.fields < leastInMailbox || !header.hasOrigin) break;
    const body = readBody(window, header.bodyAt, header.boundary, true);
    to = Math.max(body.end, header.bodyAt);
    isWhole = body.isWhole;
    if (!body.isFollowed) {
      messages++;
      break;
    }
  }
  return messages === 0 ? null : carvedAs("mbox", isWhole ? "complete" : "truncated", to - at);
}

/** Fields that mail begins with, as servers and programs write them. */
const firstFields = [
  "Received: ",
  "Return-Path: ",
  "Return-path: ",
  "Delivered-To: ",
  "MIME-Version: ",
  "Mime-Version: ",
  "Message-ID: ",
  "Message-Id: ",
  "From: ",
  "Date: ",
  "Subject: ",
  "To: ",
  "Reply-To: ",
  "X-Mozilla-Status: ",
  "X-Account-Key: ",
  "X-Original-To: ",
  "X-Apparently-To: ",
  "X-Gmail-",
  "X-YMAIL",
  "X-Message-",
  "Resent-From: ",
  "X-Sieve: ",
  "X-Spam-",
  "X-Received: ",
  "Envelope-to: ",
  "ARC-Seal: ",
  "DKIM-Signature: ",
  "Authentication-Results: ",
  "Content-Type: multipart/",
  "x-sender: ",
  "X-Sender: ",
  "X-MimeOLE",
  "Thread-Topic: ",
];

export const messageCarver: Carver = {
  id: "eml",
  family: "carver",
  name: "Mail message",
  spec: "RFC 5322; RFC 2046",
  level: "partial",
  kinds: [{ id: "eml", name: "Mail message", extension: "eml" }],
  signatures: firstFields.map((field) => textSignature(field)),
  limitBytes: 2 ** 28,
  carve: carveMessage,
};

export const mailboxCarver: Carver = {
  id: "mbox",
  family: "carver",
  name: "Mailbox",
  spec: "RFC 4155",
  level: "partial",
  kinds: [{ id: "mbox", name: "Mailbox", extension: "mbox" }],
  signatures: [textSignature("From ")],
  limitBytes: 2 ** 36,
  carve: carveMailbox,
};
