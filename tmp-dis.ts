import { readFileSync } from "node:fs";
import { MemorySource } from "./native-free/bytes/byte-source.ts";
import { identify } from "./native-free/typing/index.ts";
import { normalisations } from "./test/native-free/typing/normalisations.ts";
const base="/work/shared/data/"; let n=0, ok=0;
for(const l of readFileSync(base+"truth/file-mime.tsv","utf8").trim().split("\n")){ const [p,m]=l.split("\t"); if(!/^\.\/(documents|typed)\//.test(p!)) continue; const theirs=m!.replace(/^: /,"").trim();
 let b; try{b=readFileSync(base+p)}catch{continue}
 const r=await identify(new MemorySource(b)); n++;
 if(r.mime===theirs||normalisations.some(x=>x.theirs===theirs&&x.ours.includes(r.id))) {ok++; continue;}
 console.log([p!.slice(2),theirs,r.id].join("\t"));
}
console.log(n,ok,(ok/n));
