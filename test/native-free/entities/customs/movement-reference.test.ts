import { describe, expect, it } from "vitest";
import { movementReferenceRecogniser } from "../../../../native-free/entities/customs/movement-reference.ts";
import { hitsOf, itFinds } from "../hits-of.ts";

const all = [movementReferenceRecogniser];

describe("movement reference numbers", () => {
  itFinds(all, [
    ["MRN 22ITZXBZYUTJFLJXK6", "mrn 22ITZXBZYUTJFLJXK6 valid"],
    ["mrn: 25de3301ab12cd34a7", "mrn 25DE3301AB12CD34A7 valid"],
    ["MRN 25 DE 3301 AB12 CD34 A 7", "mrn 25DE3301AB12CD34A7 valid"],
    ["Zollanmeldung 25DE3301AB12CD34A7", "mrn 25DE3301AB12CD34A7 valid"],
    ["T1 07IT9CY9PD2A3B4C10", "mrn 07IT9CY9PD2A3B4C10 valid"],
    ["file 25DE3301AB12CD34A7 here", "mrn 25DE3301AB12CD34A7 valid-check"],
    ["25DE3301AB12CD34A7.xml", "mrn 25DE3301AB12CD34A7 valid-check"],
    ["MRN 25DE3301AB12CD34A8", "mrn 25DE3301AB12CD34A8 invalid-check"],
    ["file 25DE3301AB12CD34A8 here"],
    ["file 25 DE 3301 AB12 CD34 A 7 here"],
    ["25de3301ab12cd34a7"],
    ["MRN 25US3301AB12CD34A7"],
    ["MRN 99DE3301AB12CD34A7"],
    ["MRN 25DE3301AB12CD34A71"],
    ["MRN 125DE3301AB12CD34A7"],
    ["MRN X25DE3301AB12CD34A7"],
    ["MRN 25DE3301AB12CD34AX"],
    ["transit 22 it was a good day for all 7"],
  ]);

  it("takes any character at the seventeenth place of older numbers", () => {
    expect(hitsOf(all, "customs 07IT9CY9PD2A3B4C10")).toHaveLength(1);
    expect(hitsOf(all, "customs 07IT9CY9PD2A3B4C11")).toEqual(["mrn 07IT9CY9PD2A3B4C11 invalid-check"]);
  });
});
