import { sampleVolumes } from "../../fixtures/filesystems/iso9660-volume.ts";
import { checkFileSystem } from "./suite.ts";

checkFileSystem("iso9660", sampleVolumes);
