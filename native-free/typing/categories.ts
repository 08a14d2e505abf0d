/** The one table of categories: edit it to move a type or to name a new category. The order is that of reports. */
import {
  browserTypes,
  chatDatabaseTypes,
  mailDatabaseTypes,
  systemDatabaseTypes,
  walletDatabaseTypes,
} from "./tables/application-databases.ts";
import { archiveTypes } from "./tables/archives.ts";
import { databaseTypes, fontTypes } from "./tables/databases.ts";
import { diskImageTypes } from "./tables/disk-images.ts";
import { documentTypes } from "./tables/documents.ts";
import { encryptedTypes, keyTypes } from "./tables/encrypted.ts";
import { executableTypes } from "./tables/executables.ts";
import { fallbackTypes } from "./tables/fallback.ts";
import { audioTypes, videoTypes } from "./tables/media.ts";
import { presentationTypes, spreadsheetTypes } from "./tables/office-tables.ts";
import { pictureTypes } from "./tables/pictures.ts";
import { systemTypes } from "./tables/system.ts";
import { chatTypes, mailTypes, otherTypes, textTypes, webTypes } from "./tables/texts.ts";
import {
  browserFileTypes,
  chatFileTypes,
  encryptedVolumeTypes,
  logTypes,
  traceKeyTypes,
  traceTypes,
  walletTypes,
} from "./tables/traces.ts";
import type { TypeRow } from "./type-row.ts";

export interface Category {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly types: readonly TypeRow[];
}

export const categories: readonly Category[] = [
  { id: "documents", name: "Documents", types: documentTypes },
  { id: "spreadsheets", name: "Spreadsheets", types: spreadsheetTypes },
  { id: "presentations", name: "Presentations", types: presentationTypes },
  { id: "mail", name: "Mail, contacts and calendars", types: [...mailTypes, ...mailDatabaseTypes] },
  { id: "chats", name: "Chats", types: [...chatTypes, ...chatFileTypes, ...chatDatabaseTypes] },
  { id: "pictures", name: "Pictures", types: pictureTypes },
  { id: "audio", name: "Audio", types: audioTypes },
  { id: "video", name: "Video", types: videoTypes },
  { id: "web", name: "Web pages and mark-up", types: webTypes },
  { id: "browsers", name: "Traces of browsers", types: [...browserTypes, ...browserFileTypes] },
  { id: "text", name: "Text and source code", types: textTypes },
  { id: "archives", name: "Archives and packages", types: archiveTypes },
  { id: "databases", name: "Databases and data", types: databaseTypes },
  { id: "executables", name: "Programs", types: executableTypes },
  {
    id: "system",
    name: "Traces of operating systems",
    types: [...systemTypes, ...traceTypes, ...logTypes, ...systemDatabaseTypes],
  },
  { id: "encrypted", name: "Encrypted files", types: [...encryptedTypes, ...encryptedVolumeTypes] },
  { id: "keys", name: "Keys and certificates", types: [...keyTypes, ...traceKeyTypes] },
  { id: "wallets", name: "Crypto-currency wallets", types: [...walletTypes, ...walletDatabaseTypes] },
  { id: "disk-images", name: "Disk images and volumes", types: diskImageTypes },
  { id: "fonts", name: "Fonts", types: fontTypes },
  { id: "other", name: "Other", types: [...otherTypes, ...fallbackTypes] },
];
