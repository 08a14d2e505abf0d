import { sampleVolumes } from "../../fixtures/filesystems/udf-volume.ts";
import { checkFileSystem } from "./suite.ts";

checkFileSystem("udf", sampleVolumes);
