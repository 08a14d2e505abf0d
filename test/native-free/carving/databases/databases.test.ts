import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { Carver } from "../../../../native-free/carving/carver.ts";
import { berkeleyDbCarver } from "../../../../native-free/carving/databases/berkeley-db.ts";
import { eseCarver } from "../../../../native-free/carving/databases/ese.ts";
import { keepassCarver } from "../../../../native-free/carving/databases/keepass.ts";
import { leveldbManifestCarver } from "../../../../native-free/carving/databases/leveldb.ts";
import { leveldbTableCarver } from "../../../../native-free/carving/databases/leveldb-table.ts";
import { unpackSnappy } from "../../../../native-free/carving/databases/snappy.ts";
import { sqliteCarver } from "../../../../native-free/carving/databases/sqlite.ts";
import { sqlitePageCarver } from "../../../../native-free/carving/databases/sqlite-page.ts";
import { sqliteWalCarver } from "../../../../native-free/carving/databases/sqlite-wal.ts";
import {
  electrumCarver,
  keystoreCarver,
  multibitCarver,
  packedElectrumCarver,
} from "../../../../native-free/carving/databases/wallets.ts";
import { carveBetweenNoise, carveRealFiles, startsWith } from "../../../fixtures/carving/carve-real.ts";
import { databaseSamples } from "../../../fixtures/carving/database-samples.ts";
import { joined, u8 } from "../../../fixtures/carving/laid-out.ts";
import { addContacts, writtenDatabase } from "../../../fixtures/carving/sqlite-files.ts";
import { publishedDataPresent, publishedMedium } from "../../../fixtures/published-media.ts";

const carvers: readonly Carver[] = [
  sqliteCarver,
  sqliteWalCarver,
  sqlitePageCarver,
  eseCarver,
  berkeleyDbCarver,
  keepassCarver,
  leveldbManifestCarver,
  leveldbTableCarver,
  keystoreCarver,
  electrumCarver,
  packedElectrumCarver,
  multibitCarver,
];
const carve = (carver: Carver, bytes: Uint8Array) => carver.carve(new MemorySource(bytes), 0, bytes.length);
const sampleOf = (kind: string): Uint8Array => databaseSamples.find((sample) => sample.kind === kind)!.bytes();

describe("samples of the databases area", () => {
  it("has one for each kind", () => {
    const kinds = carvers.flatMap((carver) => carver.kinds.map(({ id }) => id));
    expect(databaseSamples.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  });

  it.each(databaseSamples.map((sample) => [sample.kind, sample] as const))("%s", (kind, sample) => {
    const carver = carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;
    const bytes = sample.bytes();
    expect(startsWith(carver, bytes)).toBe(true);
    expect(carve(carver, bytes)).toMatchObject({ kind, verdict: sample.verdict, length: bytes.length });
    const behind = joined(bytes, new Uint8Array(70_000));
    expect(carve(carver, behind)).toMatchObject({ kind, verdict: sample.verdict, length: bytes.length });
    // The fields of a wallet of bitcoinj have no last one: without it they are a whole wallet as well.
    const cut = carve(carver, bytes.subarray(0, bytes.length - 1));
    expect(kind === "multibit-wallet" ? cut!.length < bytes.length : cut?.verdict !== "complete").toBe(true);
  });
});

describe("SQLite", () => {
  const options = ["page_size = 1024", "auto_vacuum = full"];
  const filled = (settings: readonly string[]): Uint8Array =>
    writtenDatabase(settings, (database) => {
      addContacts(database, 1, 200);
      database.exec("create view heavy as select * from contacts where weight > 10");
      database.exec(`insert into contacts values (999, '${"x".repeat(9000)}', null, 0)`);
      database.exec("delete from contacts where id % 3 = 0");
    }).file;

  it.each([[["page_size = 512"]], [options], [["page_size = 65536"]], [["page_size = 4096", "encoding = 'UTF-16le'"]]])(
    "%j: every page has its place",
    (settings) => {
      const file = filled(settings);
      expect(carveBetweenNoise(sqliteCarver, file)).toMatchObject({ carved: { verdict: "complete" }, exact: true });
    },
  );

  it("a page that is another's is no complete database", () => {
    const file = filled(["page_size = 1024"]);
    file.copyWithin(1024 * 3, 1024 * 2, 1024 * 3);
    file[1024 * 3] = 7;
    expect(carve(sqliteCarver, file)?.verdict).toBe("truncated");
  });

  it("says nothing of its pages: the furthest that is named ends it", () => {
    const file = filled(["page_size = 1024"]);
    file[92]! ^= 0xff;
    expect(carve(sqliteCarver, joined(file, new Uint8Array(9000)))).toMatchObject({
      verdict: "complete",
      length: file.length,
    });
  });

  it("log: frames of an earlier round stay part of it", () => {
    const { log } = writtenDatabase(["page_size = 512", "journal_mode = wal"], (database) => {
      addContacts(database, 1, 12);
      database.exec("pragma wal_checkpoint(restart)");
      addContacts(database, 13, 2);
    });
    const found = carve(sqliteWalCarver, joined(log, new Uint8Array(4000)));
    expect(found).toMatchObject({ verdict: "complete", length: log.length });
  });

  it("log: a damaged frame ends it there", () => {
    const log = sampleOf("sqlite-wal");
    log[32 + 536 * 2 + 100]! ^= 1;
    expect(carve(sqliteWalCarver, log)).toMatchObject({ verdict: "truncated", length: 32 + 536 * 2 });
  });
});

describe("what the structures say", () => {
  it("ESE: a page whose checksum is wrong ends it before", () => {
    const file = sampleOf("ese");
    file[4096 * 5 + 200]! ^= 1;
    expect(carve(eseCarver, file)).toMatchObject({ verdict: "truncated", length: 4096 * 5 });
  });

  it("ESE: the checksum of the header is asked", () => {
    const file = sampleOf("ese");
    file[600]! ^= 1;
    expect(carve(eseCarver, file)).toBeNull();
  });

  it("KeePass: the hash of the header is asked, and the blocks to the empty one", () => {
    const file = sampleOf("kdbx");
    expect(carve(keepassCarver, file.subarray(0, file.length - 40))?.verdict).not.toBe("complete");
    file[30]! ^= 1;
    expect(carve(keepassCarver, file)).toBeNull();
  });

  it("LevelDB: a damaged record ends a manifest there", () => {
    const file = sampleOf("leveldb-manifest");
    file[32_768 + 50]! ^= 1;
    expect(carve(leveldbManifestCarver, file)).toMatchObject({ verdict: "truncated", length: 32_763 });
  });

  it("LevelDB: a damaged block is no complete table", () => {
    const file = sampleOf("leveldb");
    file[200]! ^= 1;
    expect(carve(leveldbTableCarver, file)).toMatchObject({ verdict: "truncated", length: file.length });
  });

  it("Snappy: literals, copies of all widths, and what does not hold", () => {
    const text = Buffer.from("abcdabcdabcd!");
    expect(unpackSnappy(joined(u8(13, 3 << 2), "abcd", u8((4 << 2) | 1, 4, 0), "!"))).toEqual(new Uint8Array(text));
    expect(unpackSnappy(joined(u8(13, 3 << 2), "abcd", u8((7 << 2) | 2, 4, 0, 0), "!"))).toEqual(new Uint8Array(text));
    expect(unpackSnappy(joined(u8(13, 3 << 2), "abcd", u8((7 << 2) | 3, 4, 0, 0, 0, 0), "!"))).toEqual(
      new Uint8Array(text),
    );
    expect(unpackSnappy(joined(u8(13, 3 << 2), "abcd", u8((7 << 2) | 2, 5, 0, 0), "!"))).toBeNull();
    expect(unpackSnappy(joined(u8(14, 3 << 2), "abcd", u8((7 << 2) | 2, 4, 0, 0), "!"))).toBeNull();
  });

  it("Ethereum: the fields of a keystore, not its beginning", () => {
    const text = Buffer.from(sampleOf("ethereum-keystore")).toString();
    expect(carve(keystoreCarver, Buffer.from(text))?.title).toBe("008aeeda4d805471df9b2a5b0f38a0c3bcba786b");
    expect(carve(keystoreCarver, Buffer.from(text.replace('"version":3', '"version":4')))).toBeNull();
    expect(carve(keystoreCarver, Buffer.from(text.replace('"mac"', '"mas"')))).toBeNull();
  });
});

describe.skipIf(!publishedDataPresent)("published files (skipped where ../shared/data is absent)", () => {
  it("SQLite: all but one that has room behind its last page", () => {
    const files = carveRealFiles(sqliteCarver, ["artefacts", "typed"]);
    expect(files.length).toBe(19);
    expect(files.filter(({ exact }) => !exact).map(({ name }) => name.split("/").at(-1))).toEqual([
      "test_historyChrome",
    ]);
    expect(files.every(({ carved }) => carved?.verdict === "complete")).toBe(true);
  });

  it("ESE: all, and one that is cut off as such", () => {
    const files = carveRealFiles(eseCarver, ["artefacts"]);
    const complete = files.filter(({ carved }) => carved?.verdict === "complete");
    expect([complete.length, files.length]).toEqual([7, 8]);
    expect(files.find((file) => !complete.includes(file))?.carved?.verdict).toBe("truncated");
    expect(files.every(({ exact }) => exact)).toBe(true);
  });

  it("LevelDB: tables of a browser, packed with Snappy, and their manifest", () => {
    const archive = "artefacts/velociraptor/artifacts/testdata/files/Session Storage.zip";
    for (const name of ["000005.ldb", "000008.ldb"]) {
      const table = publishedMedium(archive, [`Session Storage/${name}`]);
      expect(startsWith(leveldbTableCarver, table)).toBe(true);
      expect(carveBetweenNoise(leveldbTableCarver, table)).toMatchObject({
        carved: { kind: "leveldb", verdict: "complete" },
        exact: true,
      });
    }
    const manifest = publishedMedium(archive, ["Session Storage/MANIFEST-000001"]);
    expect(carveBetweenNoise(leveldbManifestCarver, manifest).exact).toBe(true);
  });
});
