import { extractors } from "./native-free/extractors/index.ts"; import { containers } from "./native-free/containers/index.ts"; import { typeRegistry } from "./native-free/typing/index.ts";
for (const r of [...extractors,...containers]) console.log(r.family, r.id, r.types.filter(t=>!typeRegistry.has(t)));
const withSig=[...typeRegistry.values()].filter(t=>t.row.sig||t.row.check).length; console.log(typeRegistry.size, withSig);
const zipKids=[...typeRegistry.values()].filter(t=>t.parent==="zip").map(t=>t.id); console.log("zip kids without container", zipKids.filter(t=>!containers.some(c=>c.types.includes(t)) && !extractors.some(c=>c.types.includes(t))));
