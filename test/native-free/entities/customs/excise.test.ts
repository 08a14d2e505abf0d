import { describe } from "vitest";
import { arcRecogniser, exciseNumberRecogniser } from "../../../../native-free/entities/customs/excise.ts";
import { itFinds } from "../hits-of.ts";

describe("administrative reference codes", () => {
  itFinds(
    [arcRecogniser],
    [
      ["ARC 23FR0123456789ABCDEF0", "arc 23FR0123456789ABCDEF0 valid"],
      ["EMCS: 23fr0123456789abcdef0", "arc 23FR0123456789ABCDEF0 valid"],
      ["ref 23FR0123456789ABCDEF0", "arc 23FR0123456789ABCDEF0 valid-check"],
      // The check is not in the law: one that fails leaves it possible.
      ["ARC 23FR0123456789ABCDEF1", "arc 23FR0123456789ABCDEF1 pattern"],
      ["ref 23FR0123456789ABCDEF1", "arc 23FR0123456789ABCDEF1 pattern"],
      ["ref 23fr0123456789abcdef0"],
      ["ARC 23US0123456789ABCDEF0"],
      ["ARC 09FR0123456789ABCDEF0"],
      ["ARC 23FR0123456789ABCDEF01"],
      ["ARC X23FR0123456789ABCDEF0"],
      ["ARC 23FR0123456789ABCDEFX"],
    ],
  );
});

describe("excise numbers", () => {
  itFinds(
    [exciseNumberRecogniser],
    [
      ["Excise number LU00000987ABC", "seed LU00000987ABC pattern"],
      ["SEED: lu00000987abc", "seed LU00000987ABC pattern"],
      ["Verbrauchsteuernummer DE00000012345", "seed DE00000012345 pattern"],
      ["EMCS consignee EL00000987ABC", "seed EL00000987ABC pattern"],
      ["number LU00000987ABC"],
      ["excise determination"],
      ["excise DETERMINATION"],
      ["excise US00000987ABC"],
      ["excise LU00000987ABCD"],
      ["excise XLU0000098ABC"],
    ],
  );
});
