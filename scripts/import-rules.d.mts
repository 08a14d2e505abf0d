/** Types of import-rules.mjs, which stays JavaScript for the checker that loads it. */
export const pureCodePackages: readonly string[];
export const pureCodeBuiltins: readonly string[];
export const reservedPackages: readonly { readonly name: string; readonly folder: string }[];
export const permissiveLicences: readonly string[];
export const replaceablePackages: readonly string[];
