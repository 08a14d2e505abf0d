import { describe } from "vitest";
import { airWaybillRecogniser } from "../../../../native-free/entities/transport/air-waybill.ts";
import { itFinds } from "../hits-of.ts";

const good = "awb 02012345675 valid";

describe("air waybills", () => {
  itFinds(
    [airWaybillRecogniser],
    [
      ["AWB 020-12345675", good],
      ["Air Waybill no. 020 1234 5675", good],
      ["MAWB: 020-1234 5675", good],
      ["LTA 02012345675", good],
      ["Luftfrachtbrief 020-12345675.", good],
      ["020-12345675", "awb 02012345675 valid-check"],
      ["AWB 020-12345676", "awb 02012345676 invalid-check"],
      ["020-12345676"],
      ["002-12345675"],
      ["020 12345675"],
      ["02012345675"],
      ["AWB 020-123456751"],
      ["AWB 1020-12345675"],
      ["AWB 02-012345675"],
      ["AWB A020-12345675"],
      ["AWB 000-12345675"],
    ],
  );
});
