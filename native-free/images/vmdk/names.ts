/** Names of the files of a virtual disk: name.vmdk, name-s001.vmdk, name-f001.vmdk, name-flat.vmdk and so on. */
import { lastParts } from "../parent-image.ts";

export interface ExtentName {
  /** Without what tells the extents of a disk apart. */
  readonly stem: string;
  /** "" for the descriptor and for disks in one file. */
  readonly kind: string;
  /** From 1; 1 where the name has none. */
  readonly number: number;
}

const pattern = /^(.+?)(?:-([sf])(\d{3,6})|-(flat|delta|sesparse|rdmp|rdm|pt))?\.vmdk$/is;

/** Null for names that no file of a virtual disk has. */
export function extentNameOf(name: string): ExtentName | null {
  const match = pattern.exec(name);
  if (!match) return null;
  const [, stem = "", letter, number, word = ""] = match;
  return { stem, kind: (letter ?? word).toLowerCase(), number: Number(number ?? 1) };
}

/** Whether only an extent is called so. */
export function isExtentName(name: string): boolean {
  return (extentNameOf(name)?.kind ?? "") !== "";
}

/**
 * The descriptor first. A snapshot (name-000001.vmdk) is a disk of its own, and so is each file of VMware 3 by its name
 * (name-02.vmdk): their headers say what belongs together.
 */
export function vmdkSegmentNames(name: string, namesInFolder: readonly string[]): string[] {
  const own = extentNameOf(name);
  if (!own) return [name];
  const alike = namesInFolder.flatMap((other) => {
    const parts = extentNameOf(other);
    return parts?.stem.toLowerCase() === own.stem.toLowerCase() ? [{ other, ...parts }] : [];
  });
  // Where cases are told apart, another spelling is another disk.
  const exact = alike.filter(({ stem }) => stem === own.stem);
  const set = (exact.length > 1 ? exact : alike).filter(
    ({ other, kind, number }) => other === name || kind !== own.kind || number !== own.number,
  );
  set.sort((a, b) => compareText(a.kind, b.kind) || a.number - b.number || compareText(a.other, b.other));
  return set.some(({ other }) => other === name) ? set.map(({ other }) => other) : [name];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The name of a file in the folder of the disk; "" for devices and for paths without one. */
export function fileNameOf(path: string): string {
  return isDevice(path) ? "" : (lastParts([path])[0] ?? "");
}

export function isDevice(path: string): boolean {
  return /^(?:\\\\[.?]\\|\/\/[.?]\/|\/dev\/|\/vmfs\/devices\/)/i.test(path);
}
