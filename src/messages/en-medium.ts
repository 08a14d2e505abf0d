/** Sentences about media while they are listed and read. Names in them are already escaped by the caller. */
import { grouped } from "./en-parts.ts";

const kept = "what was read until then is kept under its .partial names";

export const mediumUnreadable = (path: string, problem: string) =>
  `Expected to read ${path}, found: ${problem}; run with sufficient rights.`;
export const mediumShort = (path: string, at: number, size: number) =>
  `${path} ended at byte ${grouped(at)} although it states ${grouped(size)} bytes; ${kept}: check the medium and its connection, then continue with --resume.`;
export const mediumResized = (path: string, before: number, now: number) =>
  `${path} changed its size from ${grouped(before)} to ${grouped(now)} bytes while it was read; ${kept}: make sure that nothing writes to it and that it has its first size again, then continue with --resume, or acquire it anew under another name.`;
export const mediumGone = (path: string, at: number, problem: string) =>
  `${path} is gone or answers no more at byte ${grouped(at)} (${problem}); ${kept}: reconnect the medium, then continue with --resume.`;
export const cachedRetries = (path: string, problem: string) =>
  `Bad places of ${path} were read again through the page cache (direct reads: ${problem}): readable sectors beside a bad one may be listed with it, and a changing sector may have gone unnoticed.`;
export const streamBroke = (at: number, problem: string) =>
  `The stream broke off at byte ${grouped(at)} (${problem}); ${kept}, and a stream cannot be continued: start the program that writes it anew and acquire it under another name.`;
export const streamNotResumed = () =>
  `Expected a medium that can be read from the middle, found a stream; acquire it anew under another name.`;
export const segmentUnreadable = (path: string, problem: string) =>
  `Expected to read the image file ${path}, found: ${problem}; restore it from a copy or check the rights.`;
export const segmentGone = (path: string, at: number, problem: string) =>
  `The image file ${path} could not be read at byte ${grouped(at)} (${problem}); ${kept}: restore the file from a copy, then continue with --resume.`;
export const notAnImage = (path: string, problem: string) =>
  `Expected an image in ${path}, found: ${problem}; acquire the file itself with its bytes as they are, or restore it from a copy.`;
export const segmentChanged = (path: string) =>
  `The image file ${path} became shorter or longer while it was read; ${kept}: restore it from a copy, then continue with --resume.`;

export const protectionInUse = () =>
  `not set, since this system writes to the device: the file system on it would break`;
export const protectionRefused = (device: string, problem: string) =>
  `the system refused to set ${device} read-only (${problem})`;
export const protectionAbsent = (system: string) =>
  `on ${system} Vestige sets no read-only flag: use a hardware write blocker`;

export const devicesNotTold = (program: string, problem: string) =>
  `Expected ${program} to list the media of this machine, found: ${problem}; run with sufficient rights, or name the device itself.`;
export const answerNotUnderstood = () => `an answer that is not understood`;
export const noDevices = () => `No media are listed on this machine.`;
export const deviceHead = () => deviceLine("PATH", "SIZE", "SECTORS", "BUS", "STATE", "MODEL");
export const deviceLine = (...[path, size, sectors, bus, state, model]: readonly string[]) =>
  [path.padEnd(18), size.padStart(10), "", sectors.padEnd(9), bus.padEnd(8), state.padEnd(19), model]
    .join(" ")
    .trimEnd();
export const deviceState = (readOnly: boolean | null, removable: boolean | null) =>
  [readOnly === true ? "read-only" : readOnly === false ? "writable" : "", removable === true ? "removable" : ""]
    .filter((word) => word !== "")
    .join(", ");
export const deviceDetail = (parts: readonly string[]) => `    ${parts.join(", ")}`;
export const detailSerial = (serial: string) => `serial ${serial}`;
export const detailFirmware = (firmware: string) => `firmware ${firmware}`;
export const detailWwn = (wwn: string) => `WWN ${wwn}`;
export const detailFile = (file: string) => `file ${file}`;
export const detailRotating = (rotating: boolean) => (rotating ? "rotating" : "solid state");
export const detailPartitions = (count: number) => `${grouped(count)} partition(s)`;
export const mountedAt = (at: string, writable: boolean) =>
  `    mounted ${writable ? "READ-WRITE" : "read-only"} at ${at}`;
export const hiddenAreas = (hpa: "not determinable" | "does not exist", reason: keyof typeof hiddenReasons) =>
  `    hidden areas (HPA, DCO): ${hpa === "does not exist" ? "none" : hpa}, ${hiddenReasons[reason]}`;
const hiddenReasons = {
  "ata-commands": "it takes commands to the drive, which are not sent",
  host: "the host decides what it shows of the medium",
  "no-ata": "this kind of drive knows neither",
  file: "it is a file",
};
