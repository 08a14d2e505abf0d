/**
 * CUE sheets (CDRWIN user guide, appendix A): which files hold the tracks of a disc. Lines that describe music (TITLE, PERFORMER,
 * ISRC …) are passed over.
 */
import { sectorModes, type SectorMode } from "../disc-sectors.ts";

export interface SheetTrack {
  readonly number: number;
  readonly session: number;
  readonly mode: SectorMode;
  /** Of the sheet's files, from 0. */
  readonly file: number;
  /** Sectors from the begin of the file, by number; 1 is where the track begins. */
  readonly indexes: ReadonlyMap<number, number>;
  /** Sectors that are not in the file, before and behind. */
  readonly pregap: number;
  readonly postgap: number;
}

export interface SheetFile {
  readonly name: string;
  /** `BINARY`, `MOTOROLA`, `WAVE` … */
  readonly type: string;
}

export interface Sheet {
  readonly files: readonly SheetFile[];
  readonly tracks: readonly SheetTrack[];
  readonly catalog: string | null;
  /** By the program that wrote it, in a remark. */
  readonly creator: string | null;
  /** Lines that say nothing known. */
  readonly odd: number;
}

const modes: Readonly<Record<string, SectorMode>> = {
  AUDIO: sectorModes.audio,
  CDG: sectorModes.audioSubchannels,
  "MODE1/2048": sectorModes.mode1,
  "MODE1/2352": sectorModes.mode1Raw,
  "MODE2/2048": sectorModes.mode2Form1,
  "MODE2/2324": sectorModes.mode2Form2,
  "MODE2/2336": sectorModes.mode2,
  "MODE2/2352": sectorModes.mode2Raw,
  "CDI/2336": sectorModes.mode2,
  "CDI/2352": sectorModes.mode2Raw,
};

const mostTracks = 99;
const mostLines = 20_000;
const passedOver = /^(FLAGS|ISRC|TITLE|PERFORMER|SONGWRITER|CDTEXTFILE|REM)\b/i;

interface OpenTrack {
  number: number;
  session: number;
  mode: SectorMode;
  file: number;
  indexes: Map<number, number>;
  pregap: number;
  postgap: number;
}

/** Never throws. */
export function parseSheet(text: string): Sheet {
  const files: SheetFile[] = [];
  const tracks: OpenTrack[] = [];
  let catalog: string | null = null;
  let creator: string | null = null;
  let session = 1;
  let odd = 0;
  for (const raw of text.replace(/^\u{feff}/u, "").split(/\r\n|\r|\n/, mostLines)) {
    const line = raw.trim();
    const file = /^FILE\s+(?:"([^"]*)"|(\S+))(?:\s+(\w+))?$/i.exec(line);
    const track = /^TRACK\s+(\d{1,2})\s+(\S+)$/i.exec(line);
    const time = /^(?:INDEX\s+(\d{1,2})|(PREGAP|POSTGAP))\s+(\d{1,3}):(\d{1,2}):(\d{1,2})$/i.exec(line);
    const last = tracks.at(-1);
    if (line === "") continue;
    else if (file) files.push({ name: file[1] ?? file[2] ?? "", type: (file[3] ?? "BINARY").toUpperCase() });
    else if (track && modes[track[2]!.toUpperCase()] && files.length > 0 && tracks.length < mostTracks) {
      const mode = modes[track[2]!.toUpperCase()]!;
      tracks.push({
        ...{ number: Number(track[1]), session, mode, file: files.length - 1 },
        ...{ indexes: new Map(), pregap: 0, postgap: 0 },
      });
    } else if (time && last) {
      const frames = (Number(time[3]) * 60 + Number(time[4])) * 75 + Number(time[5]);
      if (time[2]) last[time[2].toLowerCase() === "pregap" ? "pregap" : "postgap"] = frames;
      else {
        // The file may begin behind the TRACK line.
        if (last.indexes.size === 0) last.file = files.length - 1;
        last.indexes.set(Number(time[1]), frames);
      }
    } else if (/^CATALOG\s+\S+$/i.test(line)) catalog = line.replace(/^CATALOG\s+/i, "");
    else if (/^REM\s+SESSION\s+\d{1,2}$/i.test(line)) session = Number(/\d+$/.exec(line)![0]);
    else if (/^REM\s+COMMENT\s/i.test(line)) creator = line.replace(/^REM\s+COMMENT\s+/i, "").replaceAll('"', "");
    else if (!passedOver.test(line)) odd++;
  }
  return { files, tracks, catalog, creator, odd };
}
