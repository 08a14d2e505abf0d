/** `all`: every content once, files by their names. `space`: what no file has. `whole`: the medium as it is, without its structures. */
export const scanScopes = ["all", "space", "whole"] as const;
export type ScanScope = (typeof scanScopes)[number];
