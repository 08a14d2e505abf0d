/** Every registered format, families in the order of the table. */
import { carvers } from "../../native-free/carving/index.ts";
import { containers } from "../../native-free/containers/index.ts";
import { recognisers } from "../../native-free/entities/index.ts";
import { extractors } from "../../native-free/extractors/index.ts";
import { fileSystemFormats } from "../../native-free/filesystems/index.ts";
import { imageFormats } from "../../native-free/images/index.ts";
import { logicalFormats } from "../../native-free/images/logical-index.ts";
import type { Registration } from "../../native-free/model/registration.ts";
import { typeRegistrations } from "../../native-free/typing/index.ts";
import { decryptingFormats, volumeSystemFormats } from "../../native-free/volumes/index.ts";

export function registrations(): readonly Registration[] {
  return [
    ...[...imageFormats, ...logicalFormats, ...volumeSystemFormats, ...decryptingFormats, ...fileSystemFormats].map(
      ({ registration }) => registration,
    ),
    ...containers,
    ...extractors,
    ...carvers,
    ...recognisers,
    ...typeRegistrations(),
  ];
}
