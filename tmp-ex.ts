import { readFileSync } from "node:fs";
import { MemorySource } from "./native-free/bytes/byte-source.ts";
import { identify } from "./native-free/typing/index.ts";
import { extractorFor } from "./native-free/extractors/index.ts";
import { extractStrings } from "./native-free/extractors/strings.ts";
import { detectLanguage } from "./native-free/extractors/language.ts";
const brief=(s:string)=>JSON.stringify(s.length>160?s.slice(0,160)+"…"+s.length:s);
for (const f of process.argv.slice(2)) { const src=new MemorySource(readFileSync(f)); const r=await identify(src); const ex=extractorFor(r.id); console.log("##",f,r.id,r.charset,ex?.id); if(!ex) {let n=0; const t=performance.now(); for (const s of extractStrings(src)) {n+=s.length;} console.log("strings",n,(src.size/1e6/((performance.now()-t)/1e3)).toFixed(0)+"MB/s"); continue;}
 let all=""; const t=performance.now();
 for await (const e of ex.extract(src,{wholeLimitBytes:1<<28,textLimitChars:1<<28})) { if(e.what==="text"){ if(e.label===null) all+=e.text; console.log(" T",e.label,brief(e.text)); } else if (e.what==="finding") console.log(" !",e.finding.code,JSON.stringify(e.finding.params)); else console.log(" ",JSON.stringify(e)); }
 console.log("  ms",(performance.now()-t).toFixed(0),"lang",await detectLanguage(all)); }
