import { sampleVolumes } from "../../fixtures/filesystems/ext-volume.ts";
import { checkFileSystem } from "./suite.ts";

checkFileSystem("ext", sampleVolumes);
