/** Who owns the files of an NTFS volume. */
export { describeSecurity, type Owners } from "./descriptor.ts";
export { SecurityDescriptors } from "./descriptors.ts";
