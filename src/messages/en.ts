/**
 * Every sentence for people, a typed function per code, in parts by area. Evidence text never passes through these
 * functions except as an argument already escaped by the caller (`Output.safe`).
 */
export * as accountSays from "./en-account.ts";
export * as browseSays from "./en-browse.ts";
export * as caseSays from "./en-case.ts";
export * as cliSays from "./en-cli.ts";
export * as copySays from "./en-copy.ts";
export * as custodySays from "./en-custody.ts";
export * as imageSays from "./en-image.ts";
export * as infoSays from "./en-info.ts";
export { listSays } from "./en-scan.ts";
export * as logicalSays from "./en-logical.ts";
export * as mediumSays from "./en-medium.ts";
export * as proveSays from "./en-prove.ts";
export * as querySays from "./en-query.ts";
export * as reportKindSays from "./en-report-kinds.ts";
export * as reportSays from "./en-report.ts";
export * as reviewSays from "./en-review.ts";
export * as runSays from "./en-run.ts";
export * as sealSays from "./en-seal.ts";
export * as scanSays from "./en-scanning.ts";
export * as searchSays from "./en-search.ts";
export * as timelineSays from "./en-timeline.ts";
export * as triageSays from "./en-triage.ts";
export * as watchSays from "./en-watch.ts";
export * as wipeSays from "./en-wipe.ts";
