import { sampleVolumes } from "../../fixtures/filesystems/exfat-volume.ts";
import { checkFileSystem } from "./suite.ts";

checkFileSystem("exfat", sampleVolumes);
