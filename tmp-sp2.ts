import { scanNarrow, scanWide } from "./native-free/extractors/scan-runs.ts";
import { randomBytes } from "node:crypto";
for (const [n,b] of [["zeros",new Uint8Array(1<<18)],["random",new Uint8Array(randomBytes(1<<18))],["text",new Uint8Array(Buffer.from("The quick brown fox jumps over the dog.\n".repeat(6500)))]] as const) for (const [m,mk] of [["narrow",scanNarrow],["wide",scanWide]] as const) { const sc=mk(6,()=>{}); for(let i=0;i<20;i++) sc(b,true); const t=performance.now(); for(let i=0;i<100;i++) sc(b,true); console.log(n,m,(b.length*100/1e6/((performance.now()-t)/1e3)).toFixed(0)); }
