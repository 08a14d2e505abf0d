/**
 * Encryption of Apple: CoreStorage, whose header is the same with FileVault 2 and without, and volumes of APFS, whose superblocks
 * say it. libyal "FileVault Drive Encryption format"; Apple File System Reference.
 */
import { uuidText } from "../../bytes/guid.ts";
import { factsOf } from "../../model/facts.ts";
import * as layout from "./encrypted-layouts.ts";
import { isBlockSize, labelOf, sameBytes, sized, type Look, type Recogniser } from "./look.ts";

const core = layout.coreStorage.cursor();

const recogniseCoreStorage: Recogniser = (head) => {
  const { magic, version, checksumKind, volumeBytes, method, physical, group, blockBytes } = core.over(head);
  if (magic !== "CS" || version !== 1 || checksumKind !== 1 || !isBlockSize(blockBytes)) return null;
  const values = {
    uuid: uuidText(physical),
    "set-uuid": uuidText(group),
    encryption: method === 2 ? "AES-XTS" : String(method),
    hint: "its encrypted metadata tell whether FileVault 2 is on",
  };
  return sized("CoreStorage (FileVault 2)", null, volumeBytes, () => factsOf(values));
};

const container = layout.apfsContainer.cursor();
const volume = layout.apfsVolume.cursor();
/** Of checkpoints: real ones have some hundred blocks. */
const mostDescriptors = 1024;

const recogniseEncryptedApfs: Recogniser = (head, look) => {
  const { magic, blockBytes } = container.over(head);
  if (look.size === null || magic !== "NXSB" || !isBlockSize(blockBytes)) return null;
  const newest = newestContainer(head, look, blockBytes);
  const { identity, keyBag } = container.over(newest);
  const uuid = uuidText(identity);
  const volumes = [...volumesOf(newest, look, blockBytes)];
  const encrypted = volumes.filter((each) => each.encrypted);
  if (encrypted.length === 0) return null;
  const names = encrypted.map(({ name, uuid: own }) => `${name ?? "-"} {${own.toUpperCase()}}`).join(", ");
  const facts = factsOf({
    uuid,
    encryption: `${encrypted.length} of ${volumes.length} volumes: ${names}`,
    "key-slots": keyBag === 0 ? "no key bag: the keys are in the hardware" : "key bag of the container",
  });
  return sized("encrypted APFS", encrypted[0]?.name ?? null, 0, () => facts);
};

/** The superblock of the latest checkpoint; that at the begin of the volume may be older. */
function newestContainer(head: Uint8Array, look: Look, blockBytes: number): Uint8Array {
  const { descriptorBlocks, descriptorBase, transaction, identity } = container.over(head);
  const own = Uint8Array.from(identity);
  let newest = head;
  let latest = transaction;
  for (let index = 0; index < Math.min(descriptorBlocks, mostDescriptors); index++) {
    const block = look.at((descriptorBase + index) * blockBytes, layout.apfsContainer.size);
    if (!block || container.over(block).magic !== "NXSB" || container.transaction <= latest) continue;
    if (!sameBytes(container.identity, own)) continue;
    newest = block;
    latest = container.transaction;
  }
  return newest;
}

interface ApfsVolume {
  readonly name: string | null;
  readonly uuid: string;
  readonly encrypted: boolean;
}

const objectMap = layout.apfsObjectMap.cursor();
const idBytes = 8;

function* volumesOf(superblock: Uint8Array, look: Look, blockBytes: number): Iterable<ApfsVolume> {
  const { objectMap: mapBlock, volumes: list } = container.over(superblock);
  const map = look.at(mapBlock * blockBytes, blockBytes);
  if (!map) return;
  const { tree } = objectMap.over(map);
  const ids = new DataView(list.buffer, list.byteOffset, list.length);
  for (let at = 0; at + idBytes <= list.length; at += idBytes) {
    const id = ids.getUint32(at + 4, true) * 2 ** 32 + ids.getUint32(at, true);
    const place = id === 0 ? null : findObject(look, { blockBytes, block: tree, id });
    const bytes = place === null ? null : look.at(place * blockBytes, layout.apfsVolume.size);
    if (!bytes || volume.over(bytes).magic !== "APSB") continue;
    const { name, identity, flags } = volume;
    yield { name: labelOf(name), uuid: uuidText(identity), encrypted: flags % 2 === 0 };
  }
}

interface Wanted {
  readonly blockBytes: number;
  readonly block: number;
  readonly id: number;
}

const node = layout.apfsNode.cursor();
const fixed = layout.apfsEntry.cursor();
const key = layout.apfsMapKey.cursor();
const value = layout.apfsMapValue.cursor();
const child = layout.apfsChild.cursor();
/** Trees of these maps are three levels high at most. */
const deepest = 8;

/** Block of the newest state of an object; null where the map does not have it. */
function findObject(look: Look, { blockBytes, block, id }: Wanted): number | null {
  let at = block;
  for (let depth = 0; depth < deepest; depth++) {
    const bytes = look.at(at * blockBytes, blockBytes);
    if (!bytes) return null;
    const found = lastUpTo(bytes, id);
    if (found === null) return null;
    if (found.leaf) return found.object === id ? found.block : null;
    at = found.block;
  }
  return null;
}

/** The last entry whose object is not above the wanted one: keys are in order of object and transaction. */
function lastUpTo(bytes: Uint8Array, id: number): { object: number; block: number; leaf: boolean } | null {
  const { flags, level, count, tableAt, tableBytes } = node.over(bytes);
  const table = layout.apfsNode.size + tableAt;
  const keysAt = table + tableBytes;
  const valuesEnd = bytes.length - ((flags & 1) !== 0 ? layout.apfsRootInfoBytes : 0);
  let found: { object: number; block: number; leaf: boolean } | null = null;
  for (let index = 0; index < count; index++) {
    const at = table + index * layout.apfsEntry.size;
    if (at + layout.apfsEntry.size > bytes.length) return found;
    const { key: keyAt, value: valueAt } = fixed.over(bytes, at);
    const from = keysAt + keyAt;
    const to = valuesEnd - valueAt;
    if (from + layout.apfsMapKey.size > bytes.length || to < 0 || to + layout.apfsMapValue.size > bytes.length)
      continue;
    const { object } = key.over(bytes, from);
    if (object > id) break;
    const leaf = level === 0;
    found = { object, block: leaf ? value.over(bytes, to).block : child.over(bytes, to).block, leaf };
  }
  return found;
}

export const appleEncryptedRecognisers: readonly Recogniser[] = [recogniseCoreStorage, recogniseEncryptedApfs];
