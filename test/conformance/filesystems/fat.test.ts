import { sampleVolumes } from "../../fixtures/filesystems/fat-volume.ts";
import { checkFileSystem } from "./suite.ts";

checkFileSystem("fat", sampleVolumes);
