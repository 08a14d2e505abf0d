/**
 * Every sentence for people, a typed function per code, in parts by area. Evidence text never passes through these
 * functions except as an argument already escaped by the caller (`Output.safe`).
 */
export * as caseSays from "./en-case.ts";
export * as cliSays from "./en-cli.ts";
export * as custodySays from "./en-custody.ts";
export * as imageSays from "./en-image.ts";
export * as reportSays from "./en-report.ts";
export * as runSays from "./en-run.ts";
export * as searchSays from "./en-search.ts";
