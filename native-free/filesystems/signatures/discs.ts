/** File systems of discs. Layouts and sources: first-layouts.ts. */
import * as layout from "./first-layouts.ts";
import { labelOf, sized, type Found, type Recogniser } from "./look.ts";

const descriptor = layout.volumeDescriptor.cursor();

/** Calls `look` for the volume descriptors until it answers. */
function firstDescriptor(head: Uint8Array, look: () => Found | null): Found | null {
  for (let at = layout.descriptorsAt; at + layout.descriptorBytes <= head.length; at += layout.descriptorBytes) {
    descriptor.over(head, at);
    const found = look();
    if (found) return found;
  }
  return null;
}

const recogniseIso: Recogniser = (head) =>
  firstDescriptor(head, () => {
    const { identifier, type, label, blocks, blockBytes } = descriptor;
    return identifier === "CD001" && type === 1 ? sized("ISO 9660", labelOf(label), blocks * blockBytes) : null;
  });

const recogniseUdf: Recogniser = (head) =>
  firstDescriptor(head, () =>
    /^NSR0[23]$/.test(descriptor.identifier) ? { kind: "UDF", label: null, bytes: null } : null,
  );

export const discRecognisers: readonly Recogniser[] = [recogniseIso, recogniseUdf];
