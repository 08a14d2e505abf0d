/** Records of the compound file binary format (MS-CFB 2.2 and 2.6) for a walk by offsets, and the marks of its chains (2.1). */
export { header, headerDifats, record as entry } from "../../../compound/layouts.ts";

export const sector = { difat: 0xffff_fffc, fat: 0xffff_fffd, chainEnd: 0xffff_fffe, free: 0xffff_ffff } as const;
