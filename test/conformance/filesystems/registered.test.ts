/** Every registered file system has its conformance test. */
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { fileSystemFormats } from "../../../native-free/filesystems/index.ts";

it.each(fileSystemFormats.map(({ registration }) => registration.id))("%s has one", (id) => {
  expect(existsSync(new URL(`${id}.test.ts`, import.meta.url))).toBe(true);
});
