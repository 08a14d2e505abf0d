/**
 * Where volumes come from that are not a stretch of one medium. Two ways lead from a recognised volume to another one:
 *
 * - A **member** (of a volume group, an array, a dynamic disk) is recognised by a `MemberFormat`. Members of one set are put
 *   together with `assemble`, which takes any number of them, from any number of exhibits: what lies on those that are not there
 *   is `missing` and named. The volumes of a set that has one member only are opened like those of any volume system.
 * - A **protected** volume is recognised by a `DecryptingFormat`; `unlock` puts the decrypting source in its place, whose
 *   places lead into the protected one with `exact` false. File systems and volume systems are then looked for in that source.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { RecognisedVolume } from "../filesystems/signatures/recognised.ts";
import type { Finding } from "../model/findings.ts";
import type { Registration } from "../model/registration.ts";
import type { VolumeSystem } from "./volume-system.ts";

/** One member of a set, as its own structures state it. */
export interface Member {
  /** Of the registration. */
  readonly format: string;
  /** Identifier of the set; null where the member does not say. */
  readonly set: string | null;
  /** Name of the set: evidence text. */
  readonly setName: string | null;
  /** Identifier of the member. */
  readonly member: string;
  /** Of the state that it describes: the highest of a set is the one that counts. */
  readonly sequence: number;
  readonly source: ByteSource;
  readonly findings: readonly Finding[];
}

export interface MemberFormat {
  readonly registration: Registration;
  /** Null where the source is no member of such a set. Never throws. */
  recognise(source: ByteSource): Member | null;
  /**
   * The volumes of a set. Of several members tables and gaps are left to the system of each of them, and `start` is null
   * everywhere. Throws RangeError without members; never for what they hold.
   */
  assemble(members: readonly Member[]): VolumeSystem;
}

/** What is asked for to open a protected volume; each format takes those that it knows. */
export interface Credentials {
  readonly passphrases: readonly string[];
  readonly recoveryKeys: readonly string[];
  readonly keyFiles: readonly Uint8Array[];
}

export interface DecryptingFormat {
  readonly registration: Registration;
  /** Role `encrypted`; null where the source is not protected in this way. Never throws. */
  recognise(source: ByteSource): RecognisedVolume | null;
  /** The bytes behind the protection. Throws EvidenceError where no credential fits or the header is damaged. */
  unlock(source: ByteSource, credentials: Credentials): ByteSource;
}
