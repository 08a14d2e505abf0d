import { MemorySource } from "./native-free/bytes/byte-source.ts";
import { extractStrings } from "./native-free/extractors/strings.ts";
import { addToHistogram, entropyOf } from "./native-free/typing/entropy.ts";
import { randomBytes } from "node:crypto"; import { readFileSync } from "node:fs";
const exe=readFileSync(process.execPath).subarray(0,64<<20);
for (const [n,b] of [["random",randomBytes(32<<20)],["node exe",exe],["zeros",Buffer.alloc(32<<20)],["text",Buffer.from("The quick brown fox jumps over the dog.\n".repeat(800000))],["utf16",Buffer.from("The quick brown fox jumps over the dog.\n".repeat(400000),"utf16le")]] as const) {
 for (let i=0;i<2;i++){ const t=performance.now(); let c=0; for (const p of extractStrings(new MemorySource(b))) c+=p.length; const dt=(performance.now()-t)/1e3; if(i) console.log(n,(b.length/1e6/dt).toFixed(0),"MB/s out",(c/b.length).toFixed(4)); }
 const h=new Float64Array(256); const t=performance.now(); addToHistogram(h,b); console.log(" hist",(b.length/1e6/((performance.now()-t)/1e3)).toFixed(0),"MB/s",entropyOf(h,b.length));
}
