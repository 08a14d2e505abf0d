/** Every registered format, families in the order of the table. */
import { containers } from "../../native-free/containers/index.ts";
import { extractors } from "../../native-free/extractors/index.ts";
import type { Registration } from "../../native-free/model/registration.ts";
import { typeRegistrations } from "../../native-free/typing/index.ts";

export function registrations(): readonly Registration[] {
  return [...containers, ...extractors, ...typeRegistrations()];
}
