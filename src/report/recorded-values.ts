/** Values of recorded documents as markup for people; whatever a document holds, it is escaped here. */
import type { JsonObject, JsonValue } from "../../native-free/model/canonical-json.ts";
import * as text from "../messages/en-report-page.ts";
import { evidence, type Html, type HtmlValue } from "./html.ts";
import { flatten } from "./journal-extract.ts";
import { mono, said } from "./render-parts.ts";

export function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function arrayOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).map((part) => objectOf(part)) : [];
}

/** The texts of a list; [] where it is none. */
export function textsOf(value: JsonValue | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).filter((part): part is string => typeof part === "string");
}

/** A recorded value for people, null where there is none. */
export function valueOf(value: JsonValue | undefined): HtmlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return text.yesNo(value);
  if (typeof value === "number") return text.grouped(value);
  if (typeof value === "string") return said(value);
  return evidence([...flatten(value)].map(([, part]) => part).join(", "));
}

export function hashOf(value: JsonValue | undefined): Html | null {
  return typeof value === "string" ? mono(value) : null;
}

export function toolOf(value: JsonValue | undefined): HtmlValue {
  const { name, version, build } = objectOf(value);
  return name === undefined ? null : text.toolName(String(name), String(version), String(build));
}
