/** Virtual Hard Disk version 2 of Microsoft (Hyper-V): fixed, dynamic and differencing, with a log. */
import { Buffer } from "node:buffer";
import type { ImageFormat } from "../image-format.ts";
import { openVhdx } from "./open.ts";

const signature = Buffer.from("vhdxfile", "latin1");

export const vhdxFormat: ImageFormat = {
  registration: {
    id: "vhdx",
    family: "image",
    name: "Virtual Hard Disk version 2 (VHDX)",
    spec: "Microsoft, MS-VHDX",
    level: "complete",
  },
  detect: ({ head }) => (Buffer.compare(head.subarray(0, signature.length), signature) === 0 ? "certain" : "no"),
  segmentsOf: (name) => [name],
  open: openVhdx,
};
