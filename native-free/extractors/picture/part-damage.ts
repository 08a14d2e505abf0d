/** Damage and comments of picture containers. */
import { finding } from "../../model/findings.ts";
import { tagText } from "../plausible.ts";
import type { Collected } from "./picture-parts.ts";

export function damage(parts: Collected, format: string, problem: string, at: number): void {
  parts.damaged = true;
  parts.findings.push(finding("picture/damaged", { format, problem }, { offset: at, length: null }));
}

export function truncated(parts: Collected, format: string, at: number): void {
  parts.damaged = true;
  parts.findings.push(finding("picture/truncated", { format }, { offset: at, length: null }));
}

/** UTF-8 where it is that, else Latin-1; the comment as a text and a field. */
export function addText(parts: Collected, bytes: Buffer, label: string): void {
  const utf8 = bytes.toString("utf8");
  const text = tagText(utf8.includes("\ufffd") ? bytes.toString("latin1") : utf8, 1 << 20);
  if (text === null) return;
  parts.texts.push({ text, label });
  if (text.length <= 32_768) parts.fields.push({ name: "comment", value: text, source: label });
}
