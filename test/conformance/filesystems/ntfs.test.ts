import { sampleVolumes } from "../../fixtures/filesystems/ntfs-volume.ts";
import { checkFileSystem } from "./suite.ts";

checkFileSystem("ntfs", sampleVolumes);
