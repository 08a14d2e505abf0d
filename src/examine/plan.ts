/** The units of an exhibit in the order of their list, page by page. */
import { folderPath, nameBytes } from "../../native-free/model/forensic-path.ts";
import { folderChain, itemId } from "../../native-free/model/item-id.ts";
import type { UnitPlan } from "../../native-free/model/prepared.ts";
import { manifestLines } from "../source/read-manifest.ts";
import { listedItems } from "./image/listing.ts";

const pageUnits = 2000;

export function folderPlan(manifest: string): Iterable<UnitPlan[]> {
  return paged(folderUnits(manifest));
}

export function imagePlan(listing: string): Iterable<UnitPlan[]> {
  return paged(imageUnits(listing));
}

function* folderUnits(manifest: string): Iterable<UnitPlan> {
  for (const { entry, start } of manifestLines(manifest)) {
    const path = nameBytes(entry.path);
    yield { key: itemId(folderChain(path)), order: start, path: folderPath(path), size: entry.size ?? 0 };
  }
}

function* imageUnits(listing: string): Iterable<UnitPlan> {
  for (const { item, start } of listedItems(listing)) {
    yield { key: item.id, order: start, path: item.path, size: item.size ?? 0 };
  }
}

function* paged(units: Iterable<UnitPlan>): Iterable<UnitPlan[]> {
  let page: UnitPlan[] = [];
  for (const unit of units) {
    page.push(unit);
    if (page.length < pageUnits) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
